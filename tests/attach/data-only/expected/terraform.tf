# Begun by "plinth attach", and yours: plinth never touches it again.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.9"
    }
    kubernetes = {
      source  = "hashicorp/kubernetes"
      version = "~> 3.0"
    }
  }

  # No "encrypt": the bucket's default holds. With it and without a key, the S3 backend asks for AES256, whatever that is.
  backend "s3" {
    bucket              = "reports-states"
    key                 = "apps/reports/Legacy_1/terraform.tfstate"
    region              = "eu-west-1"
    use_lockfile        = true
    allowed_account_ids = ["222222222222"]

    assume_role = {
      role_arn = "arn:aws:iam::222222222222:role/reports"
    }
  }
}
