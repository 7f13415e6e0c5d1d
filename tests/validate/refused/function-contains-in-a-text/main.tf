output "o" {
  value = contains("abc", "a")
}
