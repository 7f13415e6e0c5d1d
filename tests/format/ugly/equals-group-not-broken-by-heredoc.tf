locals {
  a = 1
  text = <<EOT
words
EOT
  long_name = 2
}
