# Merged, and refused for what it says.
output "name" {
  value = var.nothing
}
