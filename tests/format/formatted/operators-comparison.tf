locals {
  a = var.x == 1
  b = var.x != 1
  c = var.x < 1
  d = var.x <= 1
  e = var.x > 1
  f = var.x >= 1
}
