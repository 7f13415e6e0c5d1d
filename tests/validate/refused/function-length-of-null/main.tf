output "o" {
  value = length(null)
}
