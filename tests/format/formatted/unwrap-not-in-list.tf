locals {
  a = ["${var.x}"]
}
