variable "v" {
  default = "a"

  validation {
    condition = var.v != ""
  }
}

output "o" {
  value = var.v
}
