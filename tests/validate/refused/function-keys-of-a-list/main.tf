output "o" {
  value = keys(["a"])
}
