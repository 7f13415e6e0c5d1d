variable "it" {
  type    = list(string)
  default = "one"
}

output "it" {
  value = var.it
}
