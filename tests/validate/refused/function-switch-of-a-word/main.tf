output "o" {
  value = tobool("a")
}
