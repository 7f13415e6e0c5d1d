variable "v" {
  default = "a"

  validation {
    condition     = 1 < 2
    error_message = "no"
  }
}

output "o" {
  value = var.v
}
