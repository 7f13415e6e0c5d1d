terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

locals {
  name = "jobs"
}

resource "aws_sqs_queue" "this" {
  name = "${local.name}${local.suffix}"
}
