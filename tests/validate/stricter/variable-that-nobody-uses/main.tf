variable "it" {
  type = string

  validation {
    condition     = var.it != ""
    error_message = "Not empty."
  }
}
