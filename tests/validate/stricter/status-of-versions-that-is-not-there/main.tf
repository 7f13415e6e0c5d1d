terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = "x"

  versioning_configuration {
    status = "On"
  }
}
