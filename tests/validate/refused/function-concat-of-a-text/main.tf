output "o" {
  value = concat(["a"], "b")
}
