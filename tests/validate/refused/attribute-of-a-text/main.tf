locals {
  a = "x"
}

output "o" {
  value = local.a.b
}
