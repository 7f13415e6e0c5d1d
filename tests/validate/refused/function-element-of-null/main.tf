output "o" {
  value = element(null, 0)
}
