variable "v" {
  type = object({ a = number, b = number })
}

output "o" {
  value = var.v
}
