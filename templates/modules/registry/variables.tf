variable "name" {
  description = "Name of the repository. Another one replaces it."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]+([._/-][a-z0-9]+)*$", var.name)) && length(var.name) <= 256
    error_message = "name must have at most 256 lower case letters, digits and single . _ - / between them."
  }
}

variable "keep_images" {
  description = "How many images are kept, the newest."
  type        = number
  default     = {{ usual.keep_images | hcl }}
  nullable    = false

  validation {
    condition     = var.keep_images >= 1 && floor(var.keep_images) == var.keep_images
    error_message = "keep_images must be a whole number, 1 or more."
  }
}
