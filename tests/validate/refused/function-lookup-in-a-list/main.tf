output "o" {
  value = lookup(["a"], "b", 1)
}
