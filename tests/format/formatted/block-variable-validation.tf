variable "name" {
  type = string
  validation {
    condition     = length(var.name) > 3 && can(regex("^[a-z]+$", var.name))
    error_message = "Too short."
  }
}
