# The secret without its value, which is in no state and no plan: a person writes it with "aws secretsmanager put-secret-value".
resource "aws_secretsmanager_secret" "this" {
  name                    = var.name
  kms_key_id              = var.key_arn
  recovery_window_in_days = var.protection ? 30 : 7
}
