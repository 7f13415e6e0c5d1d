output "o" {
  value = replace("a", "b")
}
