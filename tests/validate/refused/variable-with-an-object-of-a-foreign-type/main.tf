variable "v" {
  type    = object({ a = text })
  default = { a = "x" }
}

output "o" {
  value = var.v
}
