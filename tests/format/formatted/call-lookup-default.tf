locals {
  a = lookup(var.m, "k", "")
}
