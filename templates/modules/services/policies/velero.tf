{% include "modules/services/addon.tf" %}
# Backups outlive the cluster, so they are not encrypted with the cluster's key, which goes with it, but with the account's own
# key for S3.

resource "aws_s3_bucket" "velero" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  bucket = "${var.cluster_name}-velero-${var.account_id}"
}

resource "aws_s3_bucket_versioning" "velero" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  bucket = aws_s3_bucket.velero{{ addon.index | hcl }}.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "velero" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  bucket = aws_s3_bucket.velero{{ addon.index | hcl }}.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "velero" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  bucket = aws_s3_bucket.velero{{ addon.index | hcl }}.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# No ACLs: IAM and the bucket policy alone decide, and every object belongs to this account.
resource "aws_s3_bucket_ownership_controls" "velero" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  bucket = aws_s3_bucket.velero{{ addon.index | hcl }}.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_policy" "velero" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  bucket = aws_s3_bucket.velero{{ addon.index | hcl }}.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "DenyWithoutTLS"
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource = [
          aws_s3_bucket.velero{{ addon.index | hcl }}.arn,
          "${aws_s3_bucket.velero{{ addon.index | hcl }}.arn}/*",
        ]
        Condition = {
          Bool = { "aws:SecureTransport" = "false" }
        }
      },
    ]
  })

  # S3 answers 409 when both are written at the same time.
  depends_on = [aws_s3_bucket_public_access_block.velero]
}

resource "aws_s3_bucket_lifecycle_configuration" "velero" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  bucket = aws_s3_bucket.velero{{ addon.index | hcl }}.id

  # How long a backup stays is said by its time to live. What was deleted by mistake can be brought back for a month.
  rule {
    id     = "expire-old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = 30
    }

    expiration {
      expired_object_delete_marker = true
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.velero]
}

# Volumes are those that the cluster's EBS driver made, by the tags that it gives them (`Cluster` is among those of the root
# modules); snapshots are Velero's own, by the tag that they carry from the start. A snapshot gets the tags of its volume, and a
# new volume those of its snapshot: of another cluster, neither can be touched.

resource "aws_iam_policy" "velero_backups" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  name        = "${var.cluster_name}-velero-backups"
  description = "Keep backups in their bucket and take and restore snapshots of the cluster's volumes."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Backups"
        Effect = "Allow"
        Action = [
          "s3:AbortMultipartUpload",
          "s3:DeleteObject",
          "s3:GetObject",
          "s3:ListMultipartUploadParts",
          "s3:PutObject",
          "s3:PutObjectTagging",
        ]
        Resource = "${aws_s3_bucket.velero{{ addon.index | hcl }}.arn}/*"
      },
      {
        Sid      = "Bucket"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = aws_s3_bucket.velero{{ addon.index | hcl }}.arn
      },
      {
        Sid    = "Look"
        Effect = "Allow"
        Action = [
          "ec2:DescribeSnapshots",
          "ec2:DescribeVolumes",
        ]
        Resource  = "*"
        Condition = { StringEquals = { "aws:RequestedRegion" = var.region } }
      },
      {
        Sid       = "SnapshotOfVolume"
        Effect    = "Allow"
        Action    = "ec2:CreateSnapshot"
        Resource  = "arn:${var.partition}:ec2:${var.region}:${var.account_id}:volume/*"
        Condition = {
          StringEquals = {
            "aws:ResourceTag/Cluster"                 = var.cluster_name
            "aws:ResourceTag/ebs.csi.aws.com/cluster" = "true"
          }
        }
      },
      {
        Sid       = "NewSnapshot"
        Effect    = "Allow"
        Action    = "ec2:CreateSnapshot"
        Resource  = "arn:${var.partition}:ec2:${var.region}::snapshot/*"
        Condition = {
          StringEquals = { "aws:RequestTag/Cluster" = var.cluster_name }
          Null         = { "aws:RequestTag/velero.io/backup" = "false" }
        }
      },
      {
        Sid    = "OwnSnapshot"
        Effect = "Allow"
        Action = [
          "ec2:CreateVolume",
          "ec2:DeleteSnapshot",
        ]
        Resource  = "arn:${var.partition}:ec2:${var.region}::snapshot/*"
        Condition = {
          StringEquals = { "aws:ResourceTag/Cluster" = var.cluster_name }
          Null         = { "aws:ResourceTag/velero.io/backup" = "false" }
        }
      },
      {
        Sid       = "NewVolume"
        Effect    = "Allow"
        Action    = "ec2:CreateVolume"
        Resource  = "arn:${var.partition}:ec2:${var.region}:${var.account_id}:volume/*"
        Condition = {
          StringEquals = { "aws:RequestTag/Cluster" = var.cluster_name }
          Null         = { "aws:RequestTag/velero.io/backup" = "false" }
        }
      },
      {
        Sid    = "TagWhatIsNew"
        Effect = "Allow"
        Action = "ec2:CreateTags"
        Resource = [
          "arn:${var.partition}:ec2:${var.region}:${var.account_id}:volume/*",
          "arn:${var.partition}:ec2:${var.region}::snapshot/*",
        ]
        Condition = { StringEquals = { "ec2:CreateAction" = ["CreateSnapshot", "CreateVolume"] } }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "velero_backups" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  role       = aws_iam_role.velero{{ addon.index | hcl }}.name
  policy_arn = aws_iam_policy.velero_backups{{ addon.index | hcl }}.arn
}
