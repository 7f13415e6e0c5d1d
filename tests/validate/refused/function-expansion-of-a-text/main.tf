output "o" {
  value = max("a"...)
}
