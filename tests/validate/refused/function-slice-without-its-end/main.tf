output "o" {
  value = slice(["a"], 0)
}
