output "o" {
  value = regex("(", "a")
}
