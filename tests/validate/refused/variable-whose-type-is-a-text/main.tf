variable "v" {
  type = "text"
  default = "a"
}

output "o" {
  value = var.v
}
