locals {
a = [
<<-EOT
one
EOT
,"two"
]
}
