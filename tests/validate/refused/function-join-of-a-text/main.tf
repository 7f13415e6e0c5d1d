output "o" {
  value = join(",", "a")
}
