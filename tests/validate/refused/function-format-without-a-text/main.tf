output "o" {
  value = format()
}
