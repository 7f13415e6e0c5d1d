terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_sqs_queue" "this" {
  name              = null
  kms_master_key_id = false ? "alias/it" : null
  tags              = null
}
