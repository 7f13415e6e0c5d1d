output "o" {
  value = range("a")
}
