terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_sqs_queue" "this" {
  count = 2

  name = "jobs-${count.index}"
}

output "arn" {
  value = try(aws_sqs_queue.this.arn, null)
}
