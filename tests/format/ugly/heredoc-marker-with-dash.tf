locals {
a = <<END-OF-TEXT
text
END-OF-TEXT
}
