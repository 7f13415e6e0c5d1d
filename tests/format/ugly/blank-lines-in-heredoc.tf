locals {
  text=<<EOT


two above, one below

EOT
}
