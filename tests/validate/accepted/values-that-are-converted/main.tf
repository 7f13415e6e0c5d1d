terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "v" {
  type = bool
}

resource "aws_sqs_queue" "this" {
  name          = 12
  delay_seconds = "5"
  fifo_queue    = "true"
  policy        = null
  tags          = { a = 1, b = true, c = null }
}

resource "aws_flow_log" "this" {
  vpc_id                   = "vpc-1"
  traffic_type             = var.v ? "ALL" : upper("reject")
  max_aggregation_interval = "60"
}

resource "aws_cloudwatch_log_group" "this" {
  retention_in_days = var.v ? 7 : "14"
}
