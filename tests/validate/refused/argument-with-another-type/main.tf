terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_sqs_queue" "this" {
  delay_seconds = "soon"
  fifo_queue    = "sure"
  tags          = ["a"]
}
