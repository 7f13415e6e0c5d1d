variable "v" {
  type = list(string, number)
  default = []
}

output "o" {
  value = var.v
}
