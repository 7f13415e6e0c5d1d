output "o" {
  value = length(1)
}
