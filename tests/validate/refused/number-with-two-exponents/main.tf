output "o" {
  value = 1e5e5
}
