variable "document" {
  type = object({ name = string })
}

output "it" {
  value = try(var.document.other, "none")
}

output "there" {
  value = can(var.document.other)
}
