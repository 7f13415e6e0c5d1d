variable "v" {
  default = upper("a")
}

output "o" {
  value = var.v
}
