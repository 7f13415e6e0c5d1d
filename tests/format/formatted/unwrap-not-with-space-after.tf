locals {
  a = "${var.x} "
}
