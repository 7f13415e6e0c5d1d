locals {
a = jsonencode(<<EOT
text
EOT
)
}
