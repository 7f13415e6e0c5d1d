variable "v" {
  nope = 1
  default = 1
}

output "o" {
  value = var.v
}
