variable "name" {
  type = string
}

output "o" {
  value = var.name
}
