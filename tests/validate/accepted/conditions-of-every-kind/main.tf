terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "cidr" {
  type = string

  validation {
    condition     = can(cidrhost(var.cidr, 0))
    error_message = "A range is needed."
  }
}

resource "aws_vpc" "this" {
  cidr_block = var.cidr

  lifecycle {
    ignore_changes = [tags["Owner"], tags_all]

    precondition {
      condition     = var.cidr != "10.0.0.0/8"
      error_message = "Too wide."
    }

    postcondition {
      condition     = self.enable_dns_support
      error_message = "No DNS."
    }
  }
}

check "vpc" {
  data "aws_vpc" "it" {
    id = aws_vpc.this.id
  }

  assert {
    condition     = data.aws_vpc.it.state == "available"
    error_message = "Not there yet."
  }
}
