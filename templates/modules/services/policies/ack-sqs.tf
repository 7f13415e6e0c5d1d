{% include "modules/services/addon.tf" %}
# Only queues whose names begin with the cluster's: what other clusters and people made is out of reach.

resource "aws_iam_policy" "ack_sqs_queues" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  name        = "${var.cluster_name}-ack-sqs-queues"
  description = "Make, change and delete the queues that carry the cluster's name."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "QueuesOfTheCluster"
        Effect = "Allow"
        Action = [
          "sqs:CreateQueue",
          "sqs:DeleteQueue",
          "sqs:GetQueueAttributes",
          "sqs:GetQueueUrl",
          "sqs:ListQueueTags",
          "sqs:SetQueueAttributes",
          "sqs:TagQueue",
          "sqs:UntagQueue",
        ]
        Resource = "arn:${var.partition}:sqs:${var.region}:${var.account_id}:${var.cluster_name}-*"
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "ack_sqs_queues" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  role       = aws_iam_role.ack_sqs{{ addon.index | hcl }}.name
  policy_arn = aws_iam_policy.ack_sqs_queues{{ addon.index | hcl }}.arn
}
