{% include "modules/services/addon.tf" %}
resource "aws_iam_policy" "cluster_autoscaler_scaling" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  name        = "${var.cluster_name}-cluster-autoscaler-scaling"
  description = "Size the cluster's node groups."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Look"
        Effect = "Allow"
        Action = [
          "autoscaling:DescribeAutoScalingGroups",
          "autoscaling:DescribeAutoScalingInstances",
          "autoscaling:DescribeLaunchConfigurations",
          "autoscaling:DescribeScalingActivities",
          "autoscaling:DescribeTags",
          "ec2:DescribeImages",
          "ec2:DescribeInstanceTypes",
          "ec2:DescribeLaunchTemplateVersions",
          "ec2:GetInstanceTypesFromInstanceRequirements",
        ]
        Resource = "*"
      },
      {
        # Labels and taints of a group that has no node now.
        Sid      = "LookAtGroups"
        Effect   = "Allow"
        Action   = "eks:DescribeNodegroup"
        Resource = "arn:${var.partition}:eks:${var.region}:${var.account_id}:nodegroup/${var.cluster_name}/*/*"
      },
      {
        # EKS tags the groups of managed node pools so.
        Sid    = "Size"
        Effect = "Allow"
        Action = [
          "autoscaling:SetDesiredCapacity",
          "autoscaling:TerminateInstanceInAutoScalingGroup",
        ]
        Resource  = "arn:${var.partition}:autoscaling:${var.region}:${var.account_id}:autoScalingGroup:*:autoScalingGroupName/*"
        Condition = { StringEquals = { "aws:ResourceTag/k8s.io/cluster-autoscaler/${var.cluster_name}" = "owned" } }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "cluster_autoscaler_scaling" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  role       = aws_iam_role.cluster_autoscaler{{ addon.index | hcl }}.name
  policy_arn = aws_iam_policy.cluster_autoscaler_scaling{{ addon.index | hcl }}.arn
}
