variable "a" {
  type    = list
  default = []
}

variable "b" {
  type    = map
  default = {}
}

output "o" {
  value = [var.a, var.b]
}
