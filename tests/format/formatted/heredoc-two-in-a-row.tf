locals {
  first      = <<A
one
A
  second_one = <<B
two
B
}
