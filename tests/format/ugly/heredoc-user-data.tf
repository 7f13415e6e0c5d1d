resource "aws_instance" "web" {
    ami="ami-1"
    user_data=<<-EOF
              #!/bin/bash
              echo "Hello, ${var.name}" > index.html
              nohup busybox httpd -f -p ${var.port} &
              EOF
    tags={Name="web"}
}
