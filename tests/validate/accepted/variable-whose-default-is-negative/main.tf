variable "v" {
  type    = number
  default = -1
}

output "o" {
  value = var.v
}
