variable "names" {
  type = list(string)
}

output "it" {
  value = "names: ${var.names}"
}
