terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region = aws_sqs_queue.this.name
}

resource "aws_sqs_queue" "this" {
  name = "jobs"

}
