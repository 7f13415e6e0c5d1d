# One key for the cluster: {% if origin.has_own_secrets %}Kubernetes secrets, {% endif %}control-plane logs, flow logs{% if has_pod_logs %}, logs of pods{% endif %}{% if has_efs %}, files of EFS{% endif %}.
# EKS uses it through grants that the deploy role makes, so the account's own statement covers it.
resource "aws_kms_key" "this" {
  description             = "{% if origin.has_own_secrets %}Secrets{% if has_efs %}, logs and files{% else %} and logs{% endif %}{% else %}Logs{% if has_efs %} and files{% endif %}{% endif %} of the EKS cluster ${var.name}."
  enable_key_rotation     = true
  deletion_window_in_days = 30

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Account"
        Effect    = "Allow"
        Principal = { AWS = "arn:${var.partition}:iam::${var.account_id}:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Sid       = "Logs"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.region}.amazonaws.com" }
        Action = [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:Encrypt",
          "kms:GenerateDataKey*",
          "kms:ReEncrypt*",
        ]
        Resource = "*"
        Condition = {
          ArnEquals = {
            "kms:EncryptionContext:aws:logs:arn" = [
              "arn:${var.partition}:logs:${var.region}:${var.account_id}:log-group:/aws/eks/${var.name}/cluster",
{%- if has_pod_logs %}
              "arn:${var.partition}:logs:${var.region}:${var.account_id}:log-group:/aws/eks/${var.name}/pods",
{%- endif %}
              "arn:${var.partition}:logs:${var.region}:${var.account_id}:log-group:/aws/vpc/${var.name}/flow-logs",
            ]
          }
        }
      },
    ]
  })

  tags = { Name = var.name }
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.key_id
}
