locals {
  a = {
    b = "${var.x}"
  }
}
