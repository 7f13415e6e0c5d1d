terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "pools" {
  type = map(object({ size = number }))
}

resource "aws_sqs_queue" "this" {
  for_each = var.pools

  name          = each.key
  delay_seconds = each.value.sise
}
