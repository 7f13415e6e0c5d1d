variable "name" {
  type     = string
  nullable = false
}

output "name" {
  value = upper(var.name)
}
