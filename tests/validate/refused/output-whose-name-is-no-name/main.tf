output "9 x" {
  value = 1
}
