terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_sqs_queue" "this" {
  for_each = toset(["jobs", "mail"])

  name = each.key
}

output "arn" {
  value = aws_sqs_queue.this.arn
}
