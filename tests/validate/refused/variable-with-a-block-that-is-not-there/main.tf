variable "v" {
  default = 1
  nope {}
}

output "o" {
  value = var.v
}
