terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

data "aws_region" "all" {
  for_each = toset(["eu-west-1", "eu-north-1"])

  region = each.key
}

output "name" {
  value = data.aws_region.all.description
}
