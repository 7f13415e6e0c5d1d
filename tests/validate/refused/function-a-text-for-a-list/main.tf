output "o" {
  value = sort("a")
}
