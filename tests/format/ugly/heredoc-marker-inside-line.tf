locals {
a = <<EOT
EOT is not the end
nor is this EOT
EOTX
EOT
}
