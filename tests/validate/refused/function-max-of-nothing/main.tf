output "o" {
  value = max()
}
