variable "a" {
  type = string
}

variable "v" {
  default = var.a
}

output "o" {
  value = [var.v, var.a]
}
