output "arn" {
  description = "ARN of the topic, which publishers ask for."
  value       = aws_sns_topic.this.arn
}

output "access" {
  description = "Statements of IAM for a pod that publishes, as modules/pod_role takes them."
  value = [
    {
      Sid      = "Topic"
      Effect   = "Allow"
      Action   = ["sns:Publish"]
      Resource = [aws_sns_topic.this.arn]
    },
  ]
}
