variable "v" {
  default = 1
}

output "o" {
  value = var.v
}

variable "v" {
  default = 2
}
