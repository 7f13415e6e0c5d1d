output "o" {
  value = length(true)
}
