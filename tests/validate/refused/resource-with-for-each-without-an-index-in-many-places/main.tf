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

output "text" {
  value = "queue ${aws_sqs_queue.this.arn}"
}

output "list" {
  value = [for name in ["a", "b"] : "${name} ${aws_sqs_queue.this.arn}"]
}

output "over" {
  value = [for letter in aws_sqs_queue.this.arn : letter]
}

output "perhaps" {
  value = try(aws_sqs_queue.this.arn, null)
}

output "deep" {
  value = aws_sqs_queue.this.jobs.arn
}
