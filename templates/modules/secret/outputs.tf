output "arn" {
  description = "ARN of the secret."
  value       = aws_secretsmanager_secret.this.arn
}

output "name" {
  description = "Name of the secret, which readers ask for."
  value       = aws_secretsmanager_secret.this.name
}

output "access" {
  description = "Statements of IAM for a pod that reads the secret, as modules/pod_role takes them."
  value = [
    {
      Sid      = "Secret"
      Effect   = "Allow"
      Action   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
      Resource = [aws_secretsmanager_secret.this.arn]
    },
    {
      Sid      = "Key"
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = [var.key_arn]
    },
  ]
}
