output "o" {
  value = @
}
