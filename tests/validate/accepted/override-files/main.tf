terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

variable "name" {
  type = number
}

variable "short" { type = string }

locals {
  delay = "no number"
  other = 1
}

resource "aws_sqs_queue" "this" {
  name          = var.name
  delay_seconds = "no number"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_security_group" "this" {
  name = var.short

  ingress {
    from_port = "nothing"
  }

  ingress {
    nothing = 1
  }
}

output "name" { value = aws_sqs_queue.nothing.name }
