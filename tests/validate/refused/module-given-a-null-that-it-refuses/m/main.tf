variable "v" {
  type = list(string)
}

output "o" {
  value = var.v
}
