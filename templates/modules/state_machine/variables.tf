variable "name" {
  description = "Name of the state machine. Another one replaces it, and ends what runs."
  type        = string

  validation {
    condition     = can(regex("^[0-9A-Za-z_-]{1,80}$", var.name))
    error_message = "name must have at most 80 letters, digits, hyphens and underscores."
  }
}

variable "definition" {
  description = "What it does, in Amazon States Language."
  type        = any
}

variable "access" {
  description = "What its states may do: name of what they use => statements, as the modules of what an application has give them out."
  type = map(list(object({
    Sid      = string
    Effect   = string
    Action   = list(string)
    Resource = list(string)
  })))
  default  = {}
  nullable = false
}

variable "role_name" {
  description = "Name of the role of its states."
  type        = string

  validation {
    condition     = can(regex("^[\\w+=,.@-]{1,64}$", var.role_name))
    error_message = "role_name must have at most 64 letters, digits and _ + = , . @ -."
  }
}

{% include "parts/role_variables.tf" %}
{% include "parts/key_variable.tf" %}
