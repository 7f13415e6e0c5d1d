{% include "modules/services/addon.tf" %}
# Only state machines whose names begin with the cluster's, and only roles of one path, below the cluster's, can be given to them:
# with any role, whoever may write a state machine could act as anyone.

resource "aws_iam_policy" "ack_sfn_state_machines" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  name        = "${var.cluster_name}-ack-sfn-state-machines"
  description = "Make, change and delete the state machines that carry the cluster's name."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "StateMachinesOfTheCluster"
        Effect = "Allow"
        Action = [
          "states:CreateStateMachine",
          "states:CreateStateMachineAlias",
          "states:DeleteStateMachine",
          "states:DeleteStateMachineAlias",
          "states:DeleteStateMachineVersion",
          "states:DescribeStateMachine",
          "states:DescribeStateMachineAlias",
          "states:ListStateMachineAliases",
          "states:ListStateMachineVersions",
          "states:ListTagsForResource",
          "states:PublishStateMachineVersion",
          "states:TagResource",
          "states:UntagResource",
          "states:UpdateStateMachine",
          "states:UpdateStateMachineAlias",
        ]
        Resource = "arn:${var.partition}:states:${var.region}:${var.account_id}:stateMachine:${var.cluster_name}-*"
      },
      {
        Sid    = "ActivitiesOfTheCluster"
        Effect = "Allow"
        Action = [
          "states:CreateActivity",
          "states:DeleteActivity",
          "states:DescribeActivity",
          "states:ListTagsForResource",
          "states:TagResource",
          "states:UntagResource",
        ]
        Resource = "arn:${var.partition}:states:${var.region}:${var.account_id}:activity:${var.cluster_name}-*"
      },
      {
        Sid       = "RolesOfStateMachines"
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = "arn:${var.partition}:iam::${var.account_id}:role/${var.cluster_name}/states/*"
        Condition = { StringEquals = { "iam:PassedToService" = "states.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "ack_sfn_state_machines" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  role       = aws_iam_role.ack_sfn{{ addon.index | hcl }}.name
  policy_arn = aws_iam_policy.ack_sfn_state_machines{{ addon.index | hcl }}.arn
}
