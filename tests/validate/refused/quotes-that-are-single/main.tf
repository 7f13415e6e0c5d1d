output "o" {
  value = 'a'
}
