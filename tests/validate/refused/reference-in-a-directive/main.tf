output "o" {
  value = "%{ if var.nope }a%{ endif }"
}
