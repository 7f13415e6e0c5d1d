output "o" {
  value = [1, 10.0.0.0]
}
