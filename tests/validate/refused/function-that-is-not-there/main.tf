output "it" {
  value = uppercase("it")
}
