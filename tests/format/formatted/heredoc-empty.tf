locals {
  a = <<EOT
EOT
}
