locals {
  a = ("${var.x}")
}
