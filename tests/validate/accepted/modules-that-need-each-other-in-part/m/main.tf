variable "x" {
  type = string
}

variable "z" {
  type = string
}

output "y" {
  value = var.x
}

output "w" {
  value = var.z
}
