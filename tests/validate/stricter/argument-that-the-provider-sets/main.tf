terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_sqs_queue" "this" {
  arn = "arn:aws:sqs:us-east-1:111111111111:jobs"
}
