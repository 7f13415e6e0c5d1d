output "o" {
  value = zipmap("a", "b")
}
