variable "source" {
  default = 1
}

output "o" {
  value = var.source
}
