output "o" {
  value = can(1, 2)
}
