terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

data "aws_banana" "this" {
  name = "a"
}

output "o" {
  value = data.aws_banana.this.id
}
