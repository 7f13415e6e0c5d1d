variable "names" {
  type = list(string)
}

variable "size" {
  type = number
}

output "both" {
  value = [var.names, var.size]
}
