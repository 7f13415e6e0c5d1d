{% include "modules/services/addon.tf" %}
# One log group for all pods, a stream for each container. Made here: its retention and its key are not the pods' affair.

data "aws_cloudwatch_log_group" "control_plane" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  name = "/aws/eks/${data.aws_eks_cluster.this.name}/cluster"
}

resource "aws_cloudwatch_log_group" "aws_for_fluent_bit" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  name              = "/aws/eks/${var.cluster_name}/pods"
  retention_in_days = data.aws_cloudwatch_log_group.control_plane{{ addon.index | hcl }}.retention_in_days
  kms_key_id        = local.contract.key_arn
}

resource "aws_iam_policy" "aws_for_fluent_bit_write" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  name        = "${var.cluster_name}-aws-for-fluent-bit-write"
  description = "Write to the log group of the cluster's pods."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Write"
        Effect = "Allow"
        Action = [
          "logs:CreateLogStream",
          "logs:DescribeLogStreams",
          "logs:PutLogEvents",
        ]
        Resource = "${aws_cloudwatch_log_group.aws_for_fluent_bit{{ addon.index | hcl }}.arn}:*"
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "aws_for_fluent_bit_write" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  role       = aws_iam_role.aws_for_fluent_bit{{ addon.index | hcl }}.name
  policy_arn = aws_iam_policy.aws_for_fluent_bit_write{{ addon.index | hcl }}.arn
}
