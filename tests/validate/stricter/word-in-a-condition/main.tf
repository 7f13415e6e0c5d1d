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

resource "aws_flow_log" "this" {
  vpc_id       = "vpc-1"
  traffic_type = var.v ? "ALL" : "EVERYTHING"
}
