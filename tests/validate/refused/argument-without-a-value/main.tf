output "o" {
  value =
}
