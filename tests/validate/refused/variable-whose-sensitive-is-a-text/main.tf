variable "v" {
  default   = "a"
  sensitive = "maybe"
}

output "o" {
  value = nonsensitive(var.v)
}
