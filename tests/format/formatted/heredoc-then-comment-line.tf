locals {
  a = <<EOT
text
EOT
  # after
  long_name = 1
}
