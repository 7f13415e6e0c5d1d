variable "other" {
  type    = number
  default = 3
}

variable "v" {
  type        = object({ a = optional(string, "x"), b = optional(list(number), [1]), c = any })
  description = "text"
  default     = { c = null }
  sensitive   = false
  nullable    = false
  ephemeral   = false

  validation {
    condition     = var.v.a != "" && var.other > 1
    error_message = "no: ${var.v.a}"
  }
}

output "o" {
  value = [var.v, var.other]
}
