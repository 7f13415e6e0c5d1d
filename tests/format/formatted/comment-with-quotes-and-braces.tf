# "unbalanced { [ ( ${
locals {
  a = 1 # } ] ) "
}
