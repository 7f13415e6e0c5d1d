output "o" {
  value = one(null)
}
