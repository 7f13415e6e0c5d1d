terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  alias  = "east"
  region = "us-east-1"
}

provider "aws" {
  region = "us-east-2"

  default_tags {
    tags = { a = "b" }
  }

  assume_role {
    role_arn = "arn:aws:iam::111111111111:role/x"
  }
}

resource "aws_sqs_queue" "this" {
  name = "jobs"
  provider = aws.east
}
