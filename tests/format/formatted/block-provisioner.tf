resource "aws_instance" "web" {
  provisioner "local-exec" {
    command = "echo ${self.private_ip}>>ips.txt"
    when    = destroy
  }
  connection {
    type = "ssh"
    host = self.public_ip
  }
}
