variable "v" {
  type    = map(string)
  default = { "a/b" = "c", 1 = 2 }
}

output "o" {
  value = var.v
}
