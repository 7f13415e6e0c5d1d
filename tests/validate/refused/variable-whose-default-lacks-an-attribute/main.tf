variable "v" {
  type    = object({ a = string, b = string })
  default = { a = "x" }
}

output "o" {
  value = var.v
}
