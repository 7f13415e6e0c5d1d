variable "name" {
  description = "Name of the user pool."
  type        = string

  validation {
    condition     = can(regex("^[\\w\\s+=,.@-]{1,128}$", var.name))
    error_message = "name must have at most 128 letters, digits and _ + = , . @ -."
  }
}

variable "domain" {
  description = "Prefix of the domain on which people log in, unique in the region for all of AWS. Another one replaces it."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.domain)) && !can(regex("aws|amazon|cognito", var.domain))
    error_message = "domain must have at most 63 lower case letters, digits and hyphens, with a letter or digit at both ends, and must not contain aws, amazon or cognito."
  }
}

variable "domain_names" {
  description = "Names of the hosts that are behind the login."
  type        = list(string)

  validation {
    condition     = length(var.domain_names) > 0
    error_message = "domain_names must not be empty: a client needs somewhere to send people back to."
  }
}

variable "mfa_required" {
  description = "Whether everybody confirms with a code of an authenticator; otherwise whoever wants to."
  type        = bool
  default     = false
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the pool; null: where there is protection. False before it is taken out, so that it can go."
  type        = bool
  default     = null
}

variable "protection" {
  description = "Whether AWS refuses to delete the pool."
  type        = bool
  default     = false
  nullable    = false
}
