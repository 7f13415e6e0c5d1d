locals {
  a = lookup(var.m, "${var.k}")
}
