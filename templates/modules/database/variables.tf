variable "storage_gib" {
  description = "Size of its volume in GiB. It grows by itself up to four times as much."
  type        = number
  default     = {{ usual.storage_gib | hcl }}
  nullable    = false

  validation {
    condition     = var.storage_gib >= 20 && var.storage_gib <= 16384 && floor(var.storage_gib) == var.storage_gib
    error_message = "storage_gib must be a whole number from 20 to 16384."
  }
}

{% include "parts/database_variables.tf" %}
