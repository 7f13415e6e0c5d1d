variable "it" {
  type = strng
}

output "it" {
  value = var.it
}
