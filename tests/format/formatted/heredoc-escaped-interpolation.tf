locals {
  a = <<EOT
$${  var.x   } %%{  if  }
EOT
}
