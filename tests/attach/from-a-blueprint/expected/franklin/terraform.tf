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

  # Naming the key matters: without it the S3 backend asks for AES256, whatever the bucket's default is.
  backend "s3" {
    bucket              = "azavea-staging-111111111111-terraform-state"
    key                 = "apps/franklin/azavea-staging-main/terraform.tfstate"
    region              = "us-east-1"
    encrypt             = true
    kms_key_id          = "arn:aws:kms:us-east-1:111111111111:alias/azavea-staging-terraform-state"
    use_lockfile        = true
    allowed_account_ids = ["111111111111"]
  }
}
