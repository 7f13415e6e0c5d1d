variable "pool" {
  type = object({
    min    = number
    max    = number
    labels = optional(map(string), {})
  })
}

output "pool" {
  value = var.pool
}
