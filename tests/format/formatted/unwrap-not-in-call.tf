locals {
  a = tolist("${var.x}")
}
