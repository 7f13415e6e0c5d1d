locals {
  a         = var.x == var.y
  long_name = var.x != var.y
}
