{%- if is_used %}
# One key for what {{ app | ident }} keeps where a service's own key is not enough: databases, secrets, logs. Whoever has rights on one of
# these has them on the key, too. It stays when the last of them goes: snapshots could not be read without it.
{%- else %}
# Nothing uses it any more. Snapshots of former databases, and secrets that were deleted a few weeks ago, could not be read without it.
{%- endif %}
resource "aws_kms_key" "this" {
  description             = "Data of an application on a shared cluster."
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Account"
        Effect    = "Allow"
        Principal = { AWS = "arn:${module.attachment.partition}:iam::${var.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
{%- if log_groups %}
      {
        Sid       = "Logs"
        Effect    = "Allow"
        Principal = { Service = "logs.${module.attachment.region}.amazonaws.com" }
        Action = [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:Encrypt",
          "kms:GenerateDataKey*",
          "kms:ReEncrypt*",
        ]
        Resource = "*"
        Condition = {
          ArnLike = {
            "kms:EncryptionContext:aws:logs:arn" = [
{%- for group in log_groups %}
              "arn:${module.attachment.partition}:logs:${module.attachment.region}:${var.account_id}:log-group:{{ group | path }}/${var.cluster_name}-${var.namespace}-*",
{%- endfor %}
            ]
          }
        }
      },
{%- endif %}
    ]
  })

  tags = { Name = "${var.cluster_name}/${var.namespace}" }
}

# A name of a cluster has no slash.
resource "aws_kms_alias" "this" {
  name          = "alias/${var.cluster_name}/${var.namespace}"
  target_key_id = aws_kms_key.this.key_id
}
