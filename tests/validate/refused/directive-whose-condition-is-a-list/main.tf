output "o" {
  value = "%{ if [1] }a%{ endif }"
}
