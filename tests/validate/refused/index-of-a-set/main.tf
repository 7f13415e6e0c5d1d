output "o" {
  value = toset(["a"])[0]
}
