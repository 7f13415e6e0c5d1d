{% include "modules/services/addon.tf" %}
resource "aws_iam_policy" "external_secrets_read" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  name        = "${var.cluster_name}-external-secrets-read"
  description = "Read its secrets and parameters."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Read"
        Effect = "Allow"
        Action = [
          "secretsmanager:DescribeSecret",
          "secretsmanager:GetResourcePolicy",
          "secretsmanager:GetSecretValue",
          "secretsmanager:ListSecretVersionIds",
          "ssm:GetParameter",
          "ssm:GetParameters",
          "ssm:GetParametersByPath",
        ]
        Resource = local.external_secrets_access
      },
      {
        # Where they are encrypted with a key of their own. Its policy must allow this account's roles as well.
        Sid      = "Decrypt"
        Effect   = "Allow"
        Action   = "kms:Decrypt"
        Resource = "arn:${var.partition}:kms:${var.region}:${var.account_id}:key/*"
        Condition = {
          StringEquals = { "kms:ViaService" = ["secretsmanager.${var.region}.amazonaws.com", "ssm.${var.region}.amazonaws.com"] }
        }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "external_secrets_read" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  role       = aws_iam_role.external_secrets{{ addon.index | hcl }}.name
  policy_arn = aws_iam_policy.external_secrets_read{{ addon.index | hcl }}.arn
}
