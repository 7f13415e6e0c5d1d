output "o" {
  value = <<-EOT
    ${var.nope}
  EOT
}
