resource "aws_instance" "web" {
  ami                       = "ami-1"
  type                      = "t3.micro"
}
