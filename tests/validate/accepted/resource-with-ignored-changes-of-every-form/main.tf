terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_security_group" "this" {
  name = "x"

  lifecycle {
    ignore_changes = [tags["a"], ingress, name, tags_all]
  }
}

resource "aws_sqs_queue" "this" {
  lifecycle {
    ignore_changes = all
  }
}
