terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
      configuration_aliases = [aws.other]
    }
  }
}

data "aws_region" "this" {
  provider = aws.other
}

output "o" {
  value = data.aws_region.this.region
}
