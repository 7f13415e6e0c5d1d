terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "size" {
  type    = number
  default = "3"
}

variable "names" {
  type    = set(string)
  default = ["a", 1, true]
}

resource "aws_sqs_queue" "this" {
  for_each = var.names

  name          = each.value
  delay_seconds = "5"
  fifo_queue    = "false"
  tags          = { Size = var.size }
}
