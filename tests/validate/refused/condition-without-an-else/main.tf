output "o" {
  value = true ? 1
}
