variable "v" {
  type = list()
  default = []
}

output "o" {
  value = var.v
}
