locals {
  a = format("%s", <<-EOT
text
EOT
  )
}
