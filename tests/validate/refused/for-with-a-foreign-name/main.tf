output "o" {
  value = [for v in ["a"] : w]
}
