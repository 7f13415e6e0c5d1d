terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

data "aws_region" "this" {}

output "o" {
  value = data.aws_region.this.region
}
