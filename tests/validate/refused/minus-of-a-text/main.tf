output "o" {
  value = -"a"
}
