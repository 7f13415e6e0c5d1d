locals {
  a = ["x"]
}

output "o" {
  value = local.a[3]
}
