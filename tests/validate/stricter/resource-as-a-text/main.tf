terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_sqs_queue" "other" {}

resource "aws_sqs_queue" "this" {
  name = "jobs"
  policy = aws_sqs_queue.other
}
