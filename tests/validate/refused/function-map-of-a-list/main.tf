output "o" {
  value = tomap(["a"])
}
