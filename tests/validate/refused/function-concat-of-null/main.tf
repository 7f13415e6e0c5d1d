output "o" {
  value = concat(["a"], null)
}
