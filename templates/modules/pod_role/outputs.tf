output "arn" {
  description = "ARN of the role."
  value       = aws_iam_role.this.arn
}

output "name" {
  description = "Name of the role: policies of the application's own go there."
  value       = aws_iam_role.this.name
}
