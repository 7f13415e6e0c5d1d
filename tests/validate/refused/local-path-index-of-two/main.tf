locals {
  a = [[1, 2]]
}

output "o" {
  value = local.a.0.1
}
