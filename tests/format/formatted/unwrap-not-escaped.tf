locals {
  a = "$${var.x}"
}
