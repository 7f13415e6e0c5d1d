variable "key_arn" {
  description = "ARN of the application's KMS key."
  type        = string
}
