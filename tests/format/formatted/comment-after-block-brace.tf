resource "aws_vpc" "main" { # the only one
  cidr_block = "10.0.0.0/16"
}
