output "arn" {
  value = "arn:aws:sqs:us-east-1:111111111111:jobs"
}
