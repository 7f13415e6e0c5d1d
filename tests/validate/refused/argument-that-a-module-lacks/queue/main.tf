variable "name" {
  type    = string
  default = "jobs"
}

output "name" {
  value = var.name
}
