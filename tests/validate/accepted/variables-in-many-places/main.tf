variable "v" {
  type    = list(object({ n = string, p = optional(number) }))
  default = []

  validation {
    condition     = alltrue([for o in var.v : length(o.n) > 0])
    error_message = "no"
  }
}

output "o" {
  value = { for o in var.v : o.n => coalesce(o.p, 80)... }
}
