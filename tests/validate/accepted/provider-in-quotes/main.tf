terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  alias = "east"
}

resource "aws_sqs_queue" "this" {
  name = "jobs"
  provider = "aws.east"
}
