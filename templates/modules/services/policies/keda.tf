{% include "modules/services/addon.tf" %}
# It looks and never touches: queues of this account and region, and metrics, of which CloudWatch does not tell one from
# another. What else a scaler asks, it asks with a role of the tenant's below the cluster's path, if that role trusts it.

resource "aws_iam_policy" "keda_scalers" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  name        = "${var.cluster_name}-keda-scalers"
  description = "See how long queues are and read metrics, and take the roles of tenants below the cluster's path."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Queues"
        Effect = "Allow"
        Action = [
          "sqs:GetQueueAttributes",
          "sqs:GetQueueUrl",
        ]
        Resource = "arn:${var.partition}:sqs:${var.region}:${var.account_id}:*"
      },
      {
        Sid       = "Metrics"
        Effect    = "Allow"
        Action    = "cloudwatch:GetMetricData"
        Resource  = "*"
        Condition = { StringEquals = { "aws:RequestedRegion" = var.region } }
      },
      {
        Sid    = "RolesOfTenants"
        Effect = "Allow"
        Action = [
          "sts:AssumeRole",
          "sts:TagSession",
        ]
        Resource = "arn:${var.partition}:iam::${var.account_id}:role/${var.cluster_name}/*"
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "keda_scalers" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  role       = aws_iam_role.keda{{ addon.index | hcl }}.name
  policy_arn = aws_iam_policy.keda_scalers{{ addon.index | hcl }}.arn
}
