output "o" {
  value = "a
}
