variable "v" {
  type    = "string"
  default = "a"
}

output "o" {
  value = var.v
}
