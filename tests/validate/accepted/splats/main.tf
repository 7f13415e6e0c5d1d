terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "zones" {
  type = map(object({ cidr = string }))
}

resource "aws_vpc" "this" {
  count = 1

  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "this" {
  for_each = var.zones

  vpc_id     = one(aws_vpc.this[*].id)
  cidr_block = each.value.cidr
}

output "ids" {
  value = values(aws_subnet.this)[*].id
}

output "arns" {
  value = [for zone, subnet in aws_subnet.this : subnet.arn if zone != "a"]
}
