locals {
  a = "x${var.x}"
}
