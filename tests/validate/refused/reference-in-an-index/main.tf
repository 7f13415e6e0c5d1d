locals {
  a = ["x"]
}

output "o" {
  value = local.a[var.nope]
}
