locals {
  a = 1 + 2
  b = !var.x
  c = -1
}
