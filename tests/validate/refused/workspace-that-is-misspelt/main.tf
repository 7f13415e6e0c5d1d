output "o" {
  value = terraform.workspce
}
