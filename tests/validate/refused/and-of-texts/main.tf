output "o" {
  value = "a" && true
}
