output "o" {
  value = <<EOT
a
}
