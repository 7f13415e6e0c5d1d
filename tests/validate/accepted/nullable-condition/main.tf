variable "v" {
  type     = string
  default  = null
  nullable = true
}

output "o" {
  value = var.v == null ? [] : [var.v]
}
