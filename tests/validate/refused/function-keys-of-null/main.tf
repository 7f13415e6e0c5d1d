output "o" {
  value = keys(null)
}
