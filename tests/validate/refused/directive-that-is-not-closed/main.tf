output "o" {
  value = "%{ if true }a"
}
