variable "name" {
  description = "Name of the queue. Another one replaces it, with all messages."
  type        = string

  validation {
    condition     = can(regex("^[0-9A-Za-z_-]{1,68}$", var.name))
    error_message = "name must have at most 68 letters, digits, hyphens and underscores: the dead-letter queue's has 12 more."
  }
}

variable "visibility_timeout_seconds" {
  description = "How long a received message is hidden from others: longer than it takes to work on it."
  type        = number
  default     = {{ usual.visibility_timeout_seconds | hcl }}
  nullable    = false

  validation {
    condition     = var.visibility_timeout_seconds >= 0 && var.visibility_timeout_seconds <= 43200 && floor(var.visibility_timeout_seconds) == var.visibility_timeout_seconds
    error_message = "visibility_timeout_seconds must be a whole number from 0 to 43200."
  }
}

variable "max_receives" {
  description = "How often a message is received before it goes to the dead-letter queue."
  type        = number
  default     = {{ usual.max_receives | hcl }}
  nullable    = false

  validation {
    condition     = var.max_receives >= 1 && var.max_receives <= 1000 && floor(var.max_receives) == var.max_receives
    error_message = "max_receives must be a whole number from 1 to 1000."
  }
}

variable "topic_arns" {
  description = "Topics that the queue is subscribed to: name => ARN."
  type        = map(string)
  default     = {}
  nullable    = false
}
