{% include "modules/services/addon.tf" %}
# The controller's rights as its own project states them, narrowed to this account and region, and for new
# security groups to the cluster's VPC. In two policies: one would be near the limit of 6,144 characters.

resource "aws_iam_policy" "aws_load_balancer_controller_discovery" {
{%- if not addon.everywhere %}
  count = var.aws_load_balancer_controller_enabled ? 1 : 0
{% endif %}
  name        = "${var.cluster_name}-aws-load-balancer-controller-discovery"
  description = "Look up networks, and attach certificates and firewalls to load balancers."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Discover"
        Effect = "Allow"
        Action = [
          "ec2:DescribeAccountAttributes",
          "ec2:DescribeAddresses",
          "ec2:DescribeAvailabilityZones",
          "ec2:DescribeCoipPools",
          "ec2:DescribeInstances",
          "ec2:DescribeInternetGateways",
          "ec2:DescribeIpamPools",
          "ec2:DescribeNetworkInterfaces",
          "ec2:DescribeRouteTables",
          "ec2:DescribeSecurityGroups",
          "ec2:DescribeSubnets",
          "ec2:DescribeTags",
          "ec2:DescribeVpcPeeringConnections",
          "ec2:DescribeVpcs",
          "ec2:GetCoipPoolUsage",
          "ec2:GetSecurityGroupsForVpc",
          "elasticloadbalancing:DescribeCapacityReservation",
          "elasticloadbalancing:DescribeListenerAttributes",
          "elasticloadbalancing:DescribeListenerCertificates",
          "elasticloadbalancing:DescribeListeners",
          "elasticloadbalancing:DescribeLoadBalancerAttributes",
          "elasticloadbalancing:DescribeLoadBalancers",
          "elasticloadbalancing:DescribeRules",
          "elasticloadbalancing:DescribeSSLPolicies",
          "elasticloadbalancing:DescribeTags",
          "elasticloadbalancing:DescribeTargetGroupAttributes",
          "elasticloadbalancing:DescribeTargetGroups",
          "elasticloadbalancing:DescribeTargetHealth",
          "elasticloadbalancing:DescribeTrustStores",
        ]
        Resource = "*"
      },
      {
        Sid    = "CertificatesAndFirewalls"
        Effect = "Allow"
        Action = [
          "acm:DescribeCertificate",
          "acm:ListCertificates",
          "cognito-idp:DescribeUserPoolClient",
          "iam:GetServerCertificate",
          "iam:ListServerCertificates",
          "shield:CreateProtection",
          "shield:DeleteProtection",
          "shield:DescribeProtection",
          "shield:GetSubscriptionState",
          "waf-regional:AssociateWebACL",
          "waf-regional:DisassociateWebACL",
          "waf-regional:GetWebACL",
          "waf-regional:GetWebACLForResource",
          "wafv2:AssociateWebACL",
          "wafv2:DisassociateWebACL",
          "wafv2:GetWebACL",
          "wafv2:GetWebACLForResource",
        ]
        Resource = "*"
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "aws_load_balancer_controller_discovery" {
{%- if not addon.everywhere %}
  count = var.aws_load_balancer_controller_enabled ? 1 : 0
{% endif %}
  role       = aws_iam_role.aws_load_balancer_controller{{ addon.index | hcl }}.name
  policy_arn = aws_iam_policy.aws_load_balancer_controller_discovery{{ addon.index | hcl }}.arn
}

resource "aws_iam_policy" "aws_load_balancer_controller_load_balancing" {
{%- if not addon.everywhere %}
  count = var.aws_load_balancer_controller_enabled ? 1 : 0
{% endif %}
  name        = "${var.cluster_name}-aws-load-balancer-controller-load-balancing"
  description = "Make and change the load balancers of Ingress and Service objects."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "ServiceLinkedRole"
        Effect    = "Allow"
        Action    = "iam:CreateServiceLinkedRole"
        Resource  = "*"
        Condition = { StringEquals = { "iam:AWSServiceName" = "elasticloadbalancing.amazonaws.com" } }
      },
      {
        Sid    = "SecurityGroupRulesOfTheVpc"
        Effect = "Allow"
        Action = [
          "ec2:AuthorizeSecurityGroupIngress",
          "ec2:RevokeSecurityGroupIngress",
        ]
        Resource  = "arn:${var.partition}:ec2:${var.region}:${var.account_id}:security-group/*"
        Condition = { ArnEquals = { "ec2:Vpc" = "arn:${var.partition}:ec2:${var.region}:${var.account_id}:vpc/${local.contract.vpc_id}" } }
      },
      {
        Sid      = "SecurityGroupInTheVpc"
        Effect   = "Allow"
        Action   = "ec2:CreateSecurityGroup"
        Resource = "arn:${var.partition}:ec2:${var.region}:${var.account_id}:vpc/${local.contract.vpc_id}"
      },
      {
        Sid      = "NewSecurityGroup"
        Effect   = "Allow"
        Action   = "ec2:CreateSecurityGroup"
        Resource = "arn:${var.partition}:ec2:${var.region}:${var.account_id}:security-group/*"
      },
      {
        Sid      = "TagNewSecurityGroup"
        Effect   = "Allow"
        Action   = "ec2:CreateTags"
        Resource = "arn:${var.partition}:ec2:${var.region}:${var.account_id}:security-group/*"
        Condition = {
          StringEquals = { "ec2:CreateAction" = "CreateSecurityGroup" }
          Null         = { "aws:RequestTag/elbv2.k8s.aws/cluster" = "false" }
        }
      },
      {
        Sid    = "TagOwnSecurityGroup"
        Effect = "Allow"
        Action = [
          "ec2:CreateTags",
          "ec2:DeleteTags",
        ]
        Resource = "arn:${var.partition}:ec2:${var.region}:${var.account_id}:security-group/*"
        Condition = {
          Null = {
            "aws:RequestTag/elbv2.k8s.aws/cluster"  = "true"
            "aws:ResourceTag/elbv2.k8s.aws/cluster" = "false"
          }
        }
      },
      {
        Sid    = "OwnSecurityGroup"
        Effect = "Allow"
        Action = [
          "ec2:AuthorizeSecurityGroupIngress",
          "ec2:DeleteSecurityGroup",
          "ec2:RevokeSecurityGroupIngress",
        ]
        Resource  = "*"
        Condition = { Null = { "aws:ResourceTag/elbv2.k8s.aws/cluster" = "false" } }
      },
      {
        Sid    = "NewLoadBalancer"
        Effect = "Allow"
        Action = [
          "elasticloadbalancing:CreateLoadBalancer",
          "elasticloadbalancing:CreateTargetGroup",
        ]
        Resource  = "*"
        Condition = { Null = { "aws:RequestTag/elbv2.k8s.aws/cluster" = "false" } }
      },
      {
        Sid    = "ListenersAndRules"
        Effect = "Allow"
        Action = [
          "elasticloadbalancing:CreateListener",
          "elasticloadbalancing:CreateRule",
          "elasticloadbalancing:DeleteListener",
          "elasticloadbalancing:DeleteRule",
        ]
        Resource = "*"
      },
      {
        Sid    = "TagOwnLoadBalancer"
        Effect = "Allow"
        Action = [
          "elasticloadbalancing:AddTags",
          "elasticloadbalancing:RemoveTags",
        ]
        Resource = [
          "arn:${var.partition}:elasticloadbalancing:${var.region}:${var.account_id}:loadbalancer/app/*/*",
          "arn:${var.partition}:elasticloadbalancing:${var.region}:${var.account_id}:loadbalancer/net/*/*",
          "arn:${var.partition}:elasticloadbalancing:${var.region}:${var.account_id}:targetgroup/*/*",
        ]
        Condition = {
          Null = {
            "aws:RequestTag/elbv2.k8s.aws/cluster"  = "true"
            "aws:ResourceTag/elbv2.k8s.aws/cluster" = "false"
          }
        }
      },
      {
        Sid    = "TagListenersAndRules"
        Effect = "Allow"
        Action = [
          "elasticloadbalancing:AddTags",
          "elasticloadbalancing:RemoveTags",
        ]
        Resource = [
          "arn:${var.partition}:elasticloadbalancing:${var.region}:${var.account_id}:listener-rule/app/*/*/*",
          "arn:${var.partition}:elasticloadbalancing:${var.region}:${var.account_id}:listener-rule/net/*/*/*",
          "arn:${var.partition}:elasticloadbalancing:${var.region}:${var.account_id}:listener/app/*/*/*",
          "arn:${var.partition}:elasticloadbalancing:${var.region}:${var.account_id}:listener/net/*/*/*",
        ]
      },
      {
        Sid    = "OwnLoadBalancer"
        Effect = "Allow"
        Action = [
          "elasticloadbalancing:DeleteLoadBalancer",
          "elasticloadbalancing:DeleteTargetGroup",
          "elasticloadbalancing:ModifyCapacityReservation",
          "elasticloadbalancing:ModifyIpPools",
          "elasticloadbalancing:ModifyListenerAttributes",
          "elasticloadbalancing:ModifyLoadBalancerAttributes",
          "elasticloadbalancing:ModifyTargetGroup",
          "elasticloadbalancing:ModifyTargetGroupAttributes",
          "elasticloadbalancing:SetIpAddressType",
          "elasticloadbalancing:SetSecurityGroups",
          "elasticloadbalancing:SetSubnets",
        ]
        Resource  = "*"
        Condition = { Null = { "aws:ResourceTag/elbv2.k8s.aws/cluster" = "false" } }
      },
      {
        Sid    = "TagNewLoadBalancer"
        Effect = "Allow"
        Action = "elasticloadbalancing:AddTags"
        Resource = [
          "arn:${var.partition}:elasticloadbalancing:${var.region}:${var.account_id}:loadbalancer/app/*/*",
          "arn:${var.partition}:elasticloadbalancing:${var.region}:${var.account_id}:loadbalancer/net/*/*",
          "arn:${var.partition}:elasticloadbalancing:${var.region}:${var.account_id}:targetgroup/*/*",
        ]
        Condition = {
          StringEquals = { "elasticloadbalancing:CreateAction" = ["CreateLoadBalancer", "CreateTargetGroup"] }
          Null         = { "aws:RequestTag/elbv2.k8s.aws/cluster" = "false" }
        }
      },
      {
        Sid    = "Targets"
        Effect = "Allow"
        Action = [
          "elasticloadbalancing:DeregisterTargets",
          "elasticloadbalancing:RegisterTargets",
        ]
        Resource = "arn:${var.partition}:elasticloadbalancing:${var.region}:${var.account_id}:targetgroup/*/*"
      },
      {
        Sid    = "ChangeListenersAndRules"
        Effect = "Allow"
        Action = [
          "elasticloadbalancing:AddListenerCertificates",
          "elasticloadbalancing:ModifyListener",
          "elasticloadbalancing:ModifyRule",
          "elasticloadbalancing:RemoveListenerCertificates",
          "elasticloadbalancing:SetRulePriorities",
          "elasticloadbalancing:SetWebAcl",
        ]
        Resource = "*"
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "aws_load_balancer_controller_load_balancing" {
{%- if not addon.everywhere %}
  count = var.aws_load_balancer_controller_enabled ? 1 : 0
{% endif %}
  role       = aws_iam_role.aws_load_balancer_controller{{ addon.index | hcl }}.name
  policy_arn = aws_iam_policy.aws_load_balancer_controller_load_balancing{{ addon.index | hcl }}.arn
}
