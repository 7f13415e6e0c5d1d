terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

output "account" {
  value = data.aws_caller_identity.current.account_id
}
