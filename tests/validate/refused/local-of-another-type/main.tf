terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

locals {
  a = ["x"]
}

resource "aws_sqs_queue" "this" {
  name = "jobs"
  delay_seconds = local.a
}
