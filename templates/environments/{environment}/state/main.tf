# The bucket and the key for {{ states | comment }}, this stack's own included. That is why scripts/bootstrap
# makes bucket, key and alias with the AWS CLI before the first init; the first apply adopts them and sets up the rest.
# Once they are in the state, the import blocks do nothing.

import {
  to = aws_s3_bucket.state
  id = {{ bucket | hcl }}
}

import {
  to = aws_kms_key.state
  id = data.aws_kms_alias.state.target_key_id
}

import {
  to = aws_kms_alias.state
  id = {{ key_alias | hcl }}
}

# A key is imported by its id, which only AWS knows; the alias leads to it.
data "aws_kms_alias" "state" {
  name = {{ key_alias | hcl }}
}

resource "aws_kms_key" "state" {
  description             = {{ key_description | hcl }}
  enable_key_rotation     = true
  deletion_window_in_days = 30

  # The account itself and nobody by name: who may use the key is decided by IAM policies.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AccountDelegatesToIAM"
        Effect    = "Allow"
        Principal = { AWS = {{ account_root | hcl }} }
        Action    = "kms:*"
        Resource  = "*"
      },
    ]
  })

  # By this tag scripts/bootstrap finds a key that has no alias yet.
  tags = { PlinthStateBucket = {{ bucket | hcl }} }

  # Without this key no state can be read again.
  lifecycle {
    prevent_destroy = true
  }
}

# Every backend block names the key by this alias.
resource "aws_kms_alias" "state" {
  name          = {{ key_alias | hcl }}
  target_key_id = aws_kms_key.state.key_id
}

resource "aws_s3_bucket" "state" {
  bucket = {{ bucket | hcl }}

  # Without these states Terraform no longer knows what it made.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.state.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket = aws_s3_bucket.state.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# No ACLs: IAM and the bucket policy alone decide, and every object belongs to this account.
resource "aws_s3_bucket_ownership_controls" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "DenyWithoutTLS"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource = [
          aws_s3_bucket.state.arn,
          "${aws_s3_bucket.state.arn}/*",
        ]
        Condition = {
          Bool = { "aws:SecureTransport" = "false" }
        }
      },
    ]
  })

  # S3 answers 409 when both are written at the same time.
  depends_on = [aws_s3_bucket_public_access_block.state]
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  # Old versions go after 90 days, but the last 20 stay however old they are: a stack that is applied twice a year can
  # still be taken back.
  rule {
    id     = "expire-old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days           = 90
      newer_noncurrent_versions = 20
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  # Rules about versions need versioning to be on.
  depends_on = [aws_s3_bucket_versioning.state]
}
