resource "aws_instance" "web" {
  provisioner "remote-exec" {
    inline = [<<-EOT
apt-get update
EOT
    ]
  }
}
