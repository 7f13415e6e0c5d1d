locals {
  a = <<EOT
b=1
  # not a comment
c   =   [1,2]
EOT
}
