output "o" {
  value = flatten("a")
}
