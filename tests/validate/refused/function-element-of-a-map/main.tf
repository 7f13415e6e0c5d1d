output "o" {
  value = element({ a = 1 }, 0)
}
