locals {
a = <<EOT
EOT
}
