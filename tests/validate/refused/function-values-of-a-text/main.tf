output "o" {
  value = values("a")
}
