locals {
a = <<EOT
"quoted" \n and \"more\"
EOT
}
