terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

data "aws_iam_policy_document" "this" {
  statement {
    effect = "Permit"
  }
}

output "o" {
  value = data.aws_iam_policy_document.this.json
}
