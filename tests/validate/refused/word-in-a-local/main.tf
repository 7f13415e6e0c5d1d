terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

locals {
  kind = "EVERYTHING"
}

resource "aws_flow_log" "this" {
  vpc_id       = "vpc-1"
  traffic_type = local.kind
}
