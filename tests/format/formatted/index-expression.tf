locals {
  a = var.l[count.index + 1]
}
