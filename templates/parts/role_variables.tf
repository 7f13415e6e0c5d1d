variable "role_path" {
  description = "IAM path of the application's roles."
  type        = string
}

variable "permissions_boundary_arn" {
  description = "ARN of the permissions boundary of the application's roles."
  type        = string
}

variable "account_id" {
  description = "AWS account."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be twelve digits."
  }
}
