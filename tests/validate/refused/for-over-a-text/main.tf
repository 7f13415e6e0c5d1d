output "o" {
  value = { for k, v in "abc" : k => v }
}
