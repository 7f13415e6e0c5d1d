locals {
  a = replace(<<EOT
text
EOT
  , "a", "b")
}
