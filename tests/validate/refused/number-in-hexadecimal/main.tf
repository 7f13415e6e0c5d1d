output "o" {
  value = 0x1F
}
