output "arn" {
  description = "ARN of the server."
  value       = aws_db_instance.this.arn
}

output "address" {
  description = "Host name of the server."
  value       = aws_db_instance.this.address
}

output "port" {
  description = "Port that it listens on."
  value       = aws_db_instance.this.port
}

output "database_name" {
  description = "Name of the database."
  value       = aws_db_instance.this.db_name
}

output "secret_arn" {
  description = "ARN of the secret with the master user's name and password."
  value       = aws_db_instance.this.master_user_secret[0].secret_arn
}

output "access" {
  description = "Statements of IAM for a pod that reads the password, as modules/pod_role takes them."
  value = [
    {
      Sid      = "Password"
      Effect   = "Allow"
      Action   = ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
      Resource = [aws_db_instance.this.master_user_secret[0].secret_arn]
    },
    {
      Sid      = "Key"
      Effect   = "Allow"
      Action   = ["kms:Decrypt"]
      Resource = [var.key_arn]
    },
  ]
}
