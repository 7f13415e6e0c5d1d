variable "name" {
  description = "Name of the secret. Another one replaces it."
  type        = string

  validation {
    condition     = can(regex("^[0-9A-Za-z/_+=.@-]{1,512}$", var.name))
    error_message = "name must have at most 512 letters, digits and / _ + = . @ -."
  }
}

variable "key_arn" {
  description = "ARN of the KMS key that encrypts it."
  type        = string
}

variable "protection" {
  description = "Whether a deleted secret can be brought back for a month, not a week."
  type        = bool
  default     = false
  nullable    = false
}
