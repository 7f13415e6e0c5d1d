terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

provider "aws" {
  region = "eu-north-1"
}

variable "name" {
  type    = string
  default = "jobs"
}

variable "short" {
  default = "x"
}

locals {
  delay = 5 + local.other
}

resource "aws_sqs_queue" "this" {
  delay_seconds = local.delay

  lifecycle {
    ignore_changes = [name]
  }
}

resource "aws_security_group" "this" {
  ingress {
    from_port = 80
    to_port   = 80
    protocol  = "tcp"
  }
}

output "name" {
  value = aws_sqs_queue.this.name
}
