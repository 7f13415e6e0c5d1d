output "o" {
  value = 1
}
/* here
