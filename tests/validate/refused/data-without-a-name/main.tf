terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

data "aws_region" "a" {}

output "o" {
  value = data.aws_region
}
