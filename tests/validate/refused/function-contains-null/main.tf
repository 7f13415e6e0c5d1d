output "o" {
  value = contains(["a"], null)
}
