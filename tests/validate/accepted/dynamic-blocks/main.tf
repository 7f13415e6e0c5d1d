terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "ports" {
  type = list(object({ from = number, to = number }))
}

resource "aws_security_group" "this" {
  name = "jobs"

  dynamic "ingress" {
    for_each = var.ports
    iterator = port

    content {
      from_port = port.value.from
      to_port   = port.value.to
      protocol  = "tcp"
    }
  }
}

resource "aws_security_group" "plain" {
  name = "plain"

  egress {
    from_port = 443
    to_port   = 443
    protocol  = "tcp"
  }
}
