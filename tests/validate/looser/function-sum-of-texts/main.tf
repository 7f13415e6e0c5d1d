output "o" {
  value = sum(["a"])
}
