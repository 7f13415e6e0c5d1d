terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = "x"

  rule {
    id     = "x"
    status = "On"

    expiration {
      days = 1
    }
  }
}
