output "o" {
  value = tolist("a")
}
