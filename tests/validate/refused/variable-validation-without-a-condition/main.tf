variable "v" {
  default = "a"

  validation {
    error_message = "no"
  }
}

output "o" {
  value = var.v
}
