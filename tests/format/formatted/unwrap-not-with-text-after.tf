locals {
  a = "${var.x}x"
}
