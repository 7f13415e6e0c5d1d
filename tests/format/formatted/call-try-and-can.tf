locals {
  a = try(var.x.y, null)
  b = can(regex("^a", var.x))
}
