locals {
  tags = {
    (var.key)            = 1
    "${var.prefix}-name" = 2
    (local.a.b)          = 3
  }
}
