terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_security_group" "this" {
  name = "jobs"

  dynamic "ingres" {
    for_each = toset(["443"])

    content {
      from_port = ingres.value
      to_port   = ingres.value
      protocol  = "tcp"
    }
  }
}
