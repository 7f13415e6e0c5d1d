locals {
a = <<OUTER
x ${jsonencode(<<INNER
y
INNER
)} z
OUTER
}
