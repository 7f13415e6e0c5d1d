terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
      configuration_aliases = [aws.other]
    }
  }
}

variable "v" {
  type = string
}

data "aws_region" "this" {
  provider = aws.other
}

output "o" {
  value = "${data.aws_region.this.region}${var.v}"
}
