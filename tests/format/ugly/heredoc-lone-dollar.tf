locals {
a = <<EOT
costs 5$
$HOME and 10%
EOT
}
