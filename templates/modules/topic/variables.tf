variable "name" {
  description = "Name of the topic. Another one replaces it, with all subscriptions."
  type        = string

  validation {
    condition     = can(regex("^[0-9A-Za-z_-]{1,256}$", var.name))
    error_message = "name must have at most 256 letters, digits, hyphens and underscores."
  }
}
