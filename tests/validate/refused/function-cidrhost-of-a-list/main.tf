output "o" {
  value = cidrhost(["a"], 1)
}
