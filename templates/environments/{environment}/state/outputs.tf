output "bucket" {
  description = "Name of the bucket that holds the states of this environment."
  value       = aws_s3_bucket.state.bucket
}

output "key_arn" {
  description = "ARN of the KMS key that encrypts the states; IAM policies name it."
  value       = aws_kms_key.state.arn
}

output "key_alias_arn" {
  description = "ARN of the key's alias; backend blocks name it as kms_key_id."
  value       = aws_kms_alias.state.arn
}
