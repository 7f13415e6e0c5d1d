terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

data "aws_region" "this" {
  lifecycle {
    prevent_destroy = true
  }
}

output "o" {
  value = data.aws_region.this.region
}
