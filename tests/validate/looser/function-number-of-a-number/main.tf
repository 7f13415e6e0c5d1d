output "o" {
  value = parseint(10, 10)
}
