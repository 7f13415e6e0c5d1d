output "o" {
  value = format("%s-%s", "a")
}
