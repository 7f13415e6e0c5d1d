locals {
  a = var.m["k"]
}
