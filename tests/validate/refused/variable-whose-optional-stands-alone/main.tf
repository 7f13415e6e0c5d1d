variable "v" {
  type = optional(string)
  default = ""
}

output "o" {
  value = var.v
}
