terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

check "c" {
  data "aws_region" "a" {}

  data "aws_region" "b" {}

  assert {
    condition     = data.aws_region.a.region == data.aws_region.b.region
    error_message = "no"
  }
}
