output "o" {
  value = true ? 1 : [1]
}
