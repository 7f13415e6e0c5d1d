terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

ephemeral "aws_nope" "x" {
}
