variable "v" {
  default  = null
  nullable = false
  type = string
}

output "o" {
  value = var.v
}
