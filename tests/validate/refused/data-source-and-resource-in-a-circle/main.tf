terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

data "aws_sqs_queue" "this" {
  name = aws_sqs_queue.this.name
}

resource "aws_sqs_queue" "this" {
  name = "jobs"
  policy = data.aws_sqs_queue.this.arn
}
