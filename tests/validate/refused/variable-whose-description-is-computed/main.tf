variable "v" {
  default     = "a"
  description = upper("a")
}

output "o" {
  value = var.v
}
