terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}

output "arn" {
  value = aws_sqs_queue.job.arn
}
