output "o" {
  value = compact({ a = 1 })
}
