variable "a" {
  type = object({
    name  = string
    ports = list(number)
    tags  = optional(map(string), {})
  })
}
