locals {
a = <<EOT
x ${  var.x+1  } y
EOT
}
