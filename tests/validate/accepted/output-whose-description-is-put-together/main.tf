output "o" {
  value       = 1
  description = "a ${1 + 1}"
}
