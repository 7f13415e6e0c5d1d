output "o" {
  value = tonumber("a")
}
