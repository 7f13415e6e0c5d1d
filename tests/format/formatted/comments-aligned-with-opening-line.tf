resource "aws_instance" "web" { # the server
  ami = "ami-1"                 # the image
}
