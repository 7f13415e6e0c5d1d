output "o" {
  value = coalesce()
}
