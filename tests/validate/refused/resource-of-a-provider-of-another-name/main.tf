terraform {
  required_providers {
    amazon = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_sqs_queue" "this" {
  name = "jobs"
  provider = amazon
  nope     = 1
}
