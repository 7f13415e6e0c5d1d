locals {
  a = <<EOT
x ${join(",",
  [1, 2]
)} y
EOT
}
