locals {
  a = var.m[each.key][count.index]
}
