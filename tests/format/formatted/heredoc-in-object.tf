locals {
  a = {
    text      = <<EOT
one
EOT
    long_name = 2
  }
}
