variable "v" {
  default = "a"

  validation {
    condition     = var.v != ""
    error_message = "no"
    nope          = 1
  }
}

output "o" {
  value = var.v
}
