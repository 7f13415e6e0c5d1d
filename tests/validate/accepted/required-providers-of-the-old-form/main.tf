terraform {
  required_providers {
    aws = "~> 6.0"
  }
}

resource "aws_sqs_queue" "this" {
  name = "jobs"

}
