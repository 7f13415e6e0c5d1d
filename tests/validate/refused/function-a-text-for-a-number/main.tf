output "o" {
  value = ceil("a")
}
