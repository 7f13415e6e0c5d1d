output "o" {
  value = toset("a")
}
