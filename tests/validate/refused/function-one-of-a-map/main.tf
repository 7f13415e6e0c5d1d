output "o" {
  value = one({ a = 1 })
}
