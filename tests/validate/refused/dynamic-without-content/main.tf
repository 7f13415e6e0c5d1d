terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_security_group" "this" {
  name = "x"

  dynamic "ingress" {
    for_each = [1]
  }
}
