output "o" {
  value = 1
  nope {}
}
