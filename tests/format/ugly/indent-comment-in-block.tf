resource "aws_instance" "web" {
# the golden image
ami = "ami-1"
      # nothing more
}
