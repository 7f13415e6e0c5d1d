output "name" {
  description = "Name of the bucket."
  value       = aws_s3_bucket.this.id
}

output "arn" {
  description = "ARN of the bucket."
  value       = aws_s3_bucket.this.arn
}

output "access" {
  description = "Statements of IAM for a pod that reads and writes objects, as modules/pod_role takes them."
  value = [
    {
      Sid      = "Bucket"
      Effect   = "Allow"
      Action   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
      Resource = [aws_s3_bucket.this.arn]
    },
    {
      Sid      = "Objects"
      Effect   = "Allow"
      Action   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"]
      Resource = ["${aws_s3_bucket.this.arn}/*"]
    },
  ]
}
