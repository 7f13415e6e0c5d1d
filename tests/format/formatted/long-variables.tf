variable "region" {
  type        = string
  description = "Where everything goes."
}
variable "zones" {
  type    = list(string)
  default = ["a", "b"]
}
variable "tags" {
  type    = map(any)
  default = {}
}
variable "services" {
  type = map(object({
    image  = string
    cpu    = optional(number, 256)
    memory = optional(number, 512)
    env    = optional(map(string), {})
  }))
  description = <<-EOT
  The services to run,
    by name.
EOT
  validation {
    condition     = alltrue([for s in values(var.services) : s.cpu >= 256])
    error_message = "At least 256 units of CPU, please."
  }
}
