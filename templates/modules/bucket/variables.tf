variable "name" {
  description = "Name of the bucket, unique in all of AWS. Another one replaces it."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "name must have 3 to 63 lower case letters, digits and hyphens, with a letter or digit at both ends."
  }
}

variable "expire_after_days" {
  description = "After how many days an object is deleted; null keeps all."
  type        = number
  default     = null

  validation {
    condition     = var.expire_after_days == null || (coalesce(var.expire_after_days, 0) >= 1 && floor(coalesce(var.expire_after_days, 0.5)) == coalesce(var.expire_after_days, 0))
    error_message = "expire_after_days must be a whole number, 1 or more."
  }
}
