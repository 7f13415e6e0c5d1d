{% include "modules/services/addon.tf" %}
# Only topics whose names begin with the cluster's: what other clusters and people made is out of reach. SNS does not tell
# subscriptions from one another, so for these the region has to do.

resource "aws_iam_policy" "ack_sns_topics" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  name        = "${var.cluster_name}-ack-sns-topics"
  description = "Make, change and delete the topics that carry the cluster's name, and their subscriptions."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "TopicsOfTheCluster"
        Effect = "Allow"
        Action = [
          "sns:CreateTopic",
          "sns:DeleteTopic",
          "sns:GetDataProtectionPolicy",
          "sns:GetTopicAttributes",
          "sns:ListSubscriptionsByTopic",
          "sns:ListTagsForResource",
          "sns:PutDataProtectionPolicy",
          "sns:SetTopicAttributes",
          "sns:Subscribe",
          "sns:TagResource",
          "sns:UntagResource",
        ]
        Resource = "arn:${var.partition}:sns:${var.region}:${var.account_id}:${var.cluster_name}-*"
      },
      {
        Sid    = "Subscriptions"
        Effect = "Allow"
        Action = [
          "sns:GetSubscriptionAttributes",
          "sns:SetSubscriptionAttributes",
          "sns:Unsubscribe",
        ]
        Resource  = "*"
        Condition = { StringEquals = { "aws:RequestedRegion" = var.region } }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "ack_sns_topics" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  role       = aws_iam_role.ack_sns{{ addon.index | hcl }}.name
  policy_arn = aws_iam_policy.ack_sns_topics{{ addon.index | hcl }}.arn
}
