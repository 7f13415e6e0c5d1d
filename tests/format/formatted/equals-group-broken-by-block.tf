resource "aws_instance" "web" {
  ami = "ami-1"
  timeouts {
    create = "5m"
  }
  instance_type = "t3.micro"
}
