{% include "modules/services/addon.tf" %}
# Karpenter's rights, cut as its own project cuts them: together they would not fit one managed policy. What it
# makes carries the cluster's tags, and it can change only what carries them.

resource "aws_iam_policy" "karpenter_node_lifecycle" {
{%- if not addon.everywhere %}
  count = var.karpenter_enabled ? 1 : 0
{% endif %}
  name        = "${var.cluster_name}-karpenter-node-lifecycle"
  description = "Launch, tag and terminate the instances of its node pools."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid = "AllowScopedEC2InstanceAccessActions"
        Effect = "Allow"
        Action = [
          "ec2:RunInstances",
          "ec2:CreateFleet",
        ]
        Resource = [
          "arn:${var.partition}:ec2:${var.region}::image/*",
          "arn:${var.partition}:ec2:${var.region}::snapshot/*",
          "arn:${var.partition}:ec2:${var.region}:*:security-group/*",
          "arn:${var.partition}:ec2:${var.region}:*:subnet/*",
          "arn:${var.partition}:ec2:${var.region}:*:capacity-reservation/*",
          "arn:${var.partition}:ec2:${var.region}:*:placement-group/*",
        ]
      },
      {
        Sid = "AllowScopedEC2LaunchTemplateAccessActions"
        Effect = "Allow"
        Action = [
          "ec2:RunInstances",
          "ec2:CreateFleet",
        ]
        Resource = "arn:${var.partition}:ec2:${var.region}:*:launch-template/*"
        Condition = {
          StringEquals = {
            "aws:ResourceTag/kubernetes.io/cluster/${var.cluster_name}" = "owned"
          }
          StringLike = {
            "aws:ResourceTag/karpenter.sh/nodepool" = "*"
          }
        }
      },
      {
        Sid = "AllowScopedEC2InstanceActionsWithTags"
        Effect = "Allow"
        Action = [
          "ec2:RunInstances",
          "ec2:CreateFleet",
          "ec2:CreateLaunchTemplate",
        ]
        Resource = [
          "arn:${var.partition}:ec2:${var.region}:*:fleet/*",
          "arn:${var.partition}:ec2:${var.region}:*:instance/*",
          "arn:${var.partition}:ec2:${var.region}:*:volume/*",
          "arn:${var.partition}:ec2:${var.region}:*:network-interface/*",
          "arn:${var.partition}:ec2:${var.region}:*:launch-template/*",
          "arn:${var.partition}:ec2:${var.region}:*:spot-instances-request/*",
        ]
        Condition = {
          StringEquals = {
            "aws:RequestTag/kubernetes.io/cluster/${var.cluster_name}" = "owned"
            "aws:RequestTag/eks:eks-cluster-name" = var.cluster_name
          }
          StringLike = {
            "aws:RequestTag/karpenter.sh/nodepool" = "*"
          }
        }
      },
      {
        Sid = "AllowScopedResourceCreationTagging"
        Effect = "Allow"
        Action = "ec2:CreateTags"
        Resource = [
          "arn:${var.partition}:ec2:${var.region}:*:fleet/*",
          "arn:${var.partition}:ec2:${var.region}:*:instance/*",
          "arn:${var.partition}:ec2:${var.region}:*:volume/*",
          "arn:${var.partition}:ec2:${var.region}:*:network-interface/*",
          "arn:${var.partition}:ec2:${var.region}:*:launch-template/*",
          "arn:${var.partition}:ec2:${var.region}:*:spot-instances-request/*",
        ]
        Condition = {
          StringEquals = {
            "aws:RequestTag/kubernetes.io/cluster/${var.cluster_name}" = "owned"
            "aws:RequestTag/eks:eks-cluster-name" = var.cluster_name
            "ec2:CreateAction" = [
              "RunInstances",
              "CreateFleet",
              "CreateLaunchTemplate",
            ]
          }
          StringLike = {
            "aws:RequestTag/karpenter.sh/nodepool" = "*"
          }
        }
      },
      {
        Sid = "AllowScopedResourceTagging"
        Effect = "Allow"
        Action = "ec2:CreateTags"
        Resource = "arn:${var.partition}:ec2:${var.region}:*:instance/*"
        Condition = {
          StringEquals = {
            "aws:ResourceTag/kubernetes.io/cluster/${var.cluster_name}" = "owned"
          }
          StringLike = {
            "aws:ResourceTag/karpenter.sh/nodepool" = "*"
          }
          StringEqualsIfExists = {
            "aws:RequestTag/eks:eks-cluster-name" = var.cluster_name
          }
          "ForAllValues:StringEquals" = {
            "aws:TagKeys" = [
              "eks:eks-cluster-name",
              "karpenter.sh/nodeclaim",
              "Name",
            ]
          }
        }
      },
      {
        Sid = "AllowScopedDeletion"
        Effect = "Allow"
        Action = [
          "ec2:TerminateInstances",
          "ec2:DeleteLaunchTemplate",
        ]
        Resource = [
          "arn:${var.partition}:ec2:${var.region}:*:instance/*",
          "arn:${var.partition}:ec2:${var.region}:*:launch-template/*",
        ]
        Condition = {
          StringEquals = {
            "aws:ResourceTag/kubernetes.io/cluster/${var.cluster_name}" = "owned"
          }
          StringLike = {
            "aws:ResourceTag/karpenter.sh/nodepool" = "*"
          }
        }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "karpenter_node_lifecycle" {
{%- if not addon.everywhere %}
  count = var.karpenter_enabled ? 1 : 0
{% endif %}
  role       = aws_iam_role.karpenter{{ addon.index | hcl }}.name
  policy_arn = aws_iam_policy.karpenter_node_lifecycle{{ addon.index | hcl }}.arn
}

resource "aws_iam_policy" "karpenter_iam_integration" {
{%- if not addon.everywhere %}
  count = var.karpenter_enabled ? 1 : 0
{% endif %}
  name        = "${var.cluster_name}-karpenter-iam-integration"
  description = "Make and delete the instance profiles of its nodes."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid = "AllowPassingInstanceRole"
        Effect = "Allow"
        Action = "iam:PassRole"
        Resource = local.contract.karpenter_node_role_arn
        Condition = {
          StringEquals = {
            "iam:PassedToService" = [
              "ec2.amazonaws.com",
              "ec2.amazonaws.com.cn",
            ]
          }
        }
      },
      {
        Sid = "AllowScopedInstanceProfileCreationActions"
        Effect = "Allow"
        Action = "iam:CreateInstanceProfile"
        Resource = "arn:${var.partition}:iam::${var.account_id}:instance-profile/*"
        Condition = {
          StringEquals = {
            "aws:RequestTag/kubernetes.io/cluster/${var.cluster_name}" = "owned"
            "aws:RequestTag/eks:eks-cluster-name" = var.cluster_name
            "aws:RequestTag/topology.kubernetes.io/region" = var.region
          }
          StringLike = {
            "aws:RequestTag/karpenter.k8s.aws/ec2nodeclass" = "*"
          }
        }
      },
      {
        Sid = "AllowScopedInstanceProfileTagActions"
        Effect = "Allow"
        Action = "iam:TagInstanceProfile"
        Resource = "arn:${var.partition}:iam::${var.account_id}:instance-profile/*"
        Condition = {
          StringEquals = {
            "aws:ResourceTag/kubernetes.io/cluster/${var.cluster_name}" = "owned"
            "aws:ResourceTag/topology.kubernetes.io/region" = var.region
            "aws:RequestTag/kubernetes.io/cluster/${var.cluster_name}" = "owned"
            "aws:RequestTag/eks:eks-cluster-name" = var.cluster_name
            "aws:RequestTag/topology.kubernetes.io/region" = var.region
          }
          StringLike = {
            "aws:ResourceTag/karpenter.k8s.aws/ec2nodeclass" = "*"
            "aws:RequestTag/karpenter.k8s.aws/ec2nodeclass" = "*"
          }
        }
      },
      {
        Sid = "AllowScopedInstanceProfileActions"
        Effect = "Allow"
        Action = [
          "iam:AddRoleToInstanceProfile",
          "iam:RemoveRoleFromInstanceProfile",
          "iam:DeleteInstanceProfile",
        ]
        Resource = "arn:${var.partition}:iam::${var.account_id}:instance-profile/*"
        Condition = {
          StringEquals = {
            "aws:ResourceTag/kubernetes.io/cluster/${var.cluster_name}" = "owned"
            "aws:ResourceTag/topology.kubernetes.io/region" = var.region
          }
          StringLike = {
            "aws:ResourceTag/karpenter.k8s.aws/ec2nodeclass" = "*"
          }
        }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "karpenter_iam_integration" {
{%- if not addon.everywhere %}
  count = var.karpenter_enabled ? 1 : 0
{% endif %}
  role       = aws_iam_role.karpenter{{ addon.index | hcl }}.name
  policy_arn = aws_iam_policy.karpenter_iam_integration{{ addon.index | hcl }}.arn
}

resource "aws_iam_policy" "karpenter_eks_integration" {
{%- if not addon.everywhere %}
  count = var.karpenter_enabled ? 1 : 0
{% endif %}
  name        = "${var.cluster_name}-karpenter-eks-integration"
  description = "Find the API server."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid = "AllowAPIServerEndpointDiscovery"
        Effect = "Allow"
        Action = "eks:DescribeCluster"
        Resource = "arn:${var.partition}:eks:${var.region}:${var.account_id}:cluster/${var.cluster_name}"
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "karpenter_eks_integration" {
{%- if not addon.everywhere %}
  count = var.karpenter_enabled ? 1 : 0
{% endif %}
  role       = aws_iam_role.karpenter{{ addon.index | hcl }}.name
  policy_arn = aws_iam_policy.karpenter_eks_integration{{ addon.index | hcl }}.arn
}

resource "aws_iam_policy" "karpenter_interruption" {
{%- if not addon.everywhere %}
  count = var.karpenter_enabled ? 1 : 0
{% endif %}
  name        = "${var.cluster_name}-karpenter-interruption"
  description = "Read the announcements of interruptions."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid = "AllowInterruptionQueueActions"
        Effect = "Allow"
        Action = [
          "sqs:DeleteMessage",
          "sqs:GetQueueUrl",
          "sqs:ReceiveMessage",
        ]
        Resource = "arn:${var.partition}:sqs:${var.region}:${var.account_id}:${local.contract.karpenter_queue_name}"
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "karpenter_interruption" {
{%- if not addon.everywhere %}
  count = var.karpenter_enabled ? 1 : 0
{% endif %}
  role       = aws_iam_role.karpenter{{ addon.index | hcl }}.name
  policy_arn = aws_iam_policy.karpenter_interruption{{ addon.index | hcl }}.arn
}

resource "aws_iam_policy" "karpenter_resource_discovery" {
{%- if not addon.everywhere %}
  count = var.karpenter_enabled ? 1 : 0
{% endif %}
  name        = "${var.cluster_name}-karpenter-resource-discovery"
  description = "Look up instance types, images, subnets and prices."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid = "AllowRegionalReadActions"
        Effect = "Allow"
        Action = [
          "ec2:DescribeCapacityReservations",
          "ec2:DescribeImages",
          "ec2:DescribeInstances",
          "ec2:DescribeInstanceStatus",
          "ec2:DescribeInstanceTypeOfferings",
          "ec2:DescribeInstanceTypes",
          "ec2:DescribeLaunchTemplates",
          "ec2:DescribePlacementGroups",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeSpotPriceHistory",
          "ec2:DescribeSubnets",
        ]
        Resource = "*"
        Condition = {
          StringEquals = {
            "aws:RequestedRegion" = var.region
          }
        }
      },
      {
        Sid = "AllowSSMReadActions"
        Effect = "Allow"
        Action = "ssm:GetParameter"
        Resource = "arn:${var.partition}:ssm:${var.region}::parameter/aws/service/*"
      },
      {
        Sid = "AllowPricingReadActions"
        Effect = "Allow"
        Action = "pricing:GetProducts"
        Resource = "*"
      },
      {
        Sid = "AllowUnscopedInstanceProfileListAction"
        Effect = "Allow"
        Action = "iam:ListInstanceProfiles"
        Resource = "*"
      },
      {
        Sid = "AllowInstanceProfileReadActions"
        Effect = "Allow"
        Action = "iam:GetInstanceProfile"
        Resource = "arn:${var.partition}:iam::${var.account_id}:instance-profile/*"
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "karpenter_resource_discovery" {
{%- if not addon.everywhere %}
  count = var.karpenter_enabled ? 1 : 0
{% endif %}
  role       = aws_iam_role.karpenter{{ addon.index | hcl }}.name
  policy_arn = aws_iam_policy.karpenter_resource_discovery{{ addon.index | hcl }}.arn
}

# Not used until zonal shift is switched on.
resource "aws_iam_policy" "karpenter_zonal_shift" {
{%- if not addon.everywhere %}
  count = var.karpenter_enabled ? 1 : 0
{% endif %}
  name        = "${var.cluster_name}-karpenter-zonal-shift"
  description = "See whether a zone is being avoided."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid = "AllowZonalShiftStatusReadOnly"
        Effect = "Allow"
        Action = "arc-zonal-shift:GetManagedResource"
        Resource = "*"
        Condition = {
          StringEquals = {
            "arc-zonal-shift:ResourceIdentifier" = "arn:${var.partition}:eks:${var.region}:${var.account_id}:cluster/${var.cluster_name}"
          }
        }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "karpenter_zonal_shift" {
{%- if not addon.everywhere %}
  count = var.karpenter_enabled ? 1 : 0
{% endif %}
  role       = aws_iam_role.karpenter{{ addon.index | hcl }}.name
  policy_arn = aws_iam_policy.karpenter_zonal_shift{{ addon.index | hcl }}.arn
}
