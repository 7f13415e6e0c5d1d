locals {
  # Where the application's roles are.
  path  = "/plinth/${var.cluster_name}/${var.namespace}/"
  roles = "arn:${var.partition}:iam::*:role${local.path}*"
}

# The ceiling of every AWS role that the application makes for its pods: such a role has what its own policies allow, as far
# as it is allowed here. Whoever applies the application's stack may make roles under this path only, and with this boundary.
resource "aws_iam_policy" "boundary" {
  name        = "${var.cluster_name}.${var.namespace}.boundary"
  path        = local.path
  description = "Permissions boundary of an application's roles."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      # Not a list of services, which would end where the application's next idea begins. A role anywhere else has nothing of it.
      {
        Sid    = "AllowApplications"
        Effect = "Allow"
        NotAction = [
          "account:*",
          "autoscaling:*",
          "aws-portal:*",
          "billing:*",
          "cloudtrail:*",
          "config:*",
          "ec2-instance-connect:*",
          "eks:*",
          "guardduty:*",
          "iam:*",
          "identitystore:*",
          "organizations:*",
          "securityhub:*",
          "sso:*",
        ]
        Resource = "*"
        Condition = {
          ArnLike = { "aws:PrincipalArn" = local.roles }
        }
      },

      # No role makes itself or another one stronger, whatever else would let it.
      {
        Sid      = "DenyPrivilegeEscalation"
        Effect   = "Deny"
        Action   = ["account:*", "eks:*", "iam:*", "organizations:*", "sso:*", "sts:GetFederationToken"]
        Resource = "*"
      },

      # Of its own account it takes on none but its application's roles; another account decides for itself.
      {
        Sid         = "DenyOtherRoles"
        Effect      = "Deny"
        Action      = "sts:AssumeRole"
        NotResource = local.roles
        Condition = {
          StringEquals = { "aws:ResourceAccount" = "$${aws:PrincipalAccount}" }
        }
      },

      # Nodes are shared: nobody gets onto one, or makes one.
      {
        Sid    = "DenyNodes"
        Effect = "Deny"
        Action = [
          "ec2:AssociateIamInstanceProfile",
          "ec2:CreateFleet",
          "ec2:CreateLaunchTemplateVersion",
          "ec2:ModifyFleet",
          "ec2:ModifyInstanceAttribute",
          "ec2:ModifySpotFleetRequest",
          "ec2:ReplaceIamInstanceProfileAssociation",
          "ec2:RequestSpot*",
          "ec2:RunInstances",
          "ec2:SendSerialConsoleSSHPublicKey",
          "ec2-instance-connect:*",
          "ssm:CreateAssociation*",
          "ssm:SendCommand",
          "ssm:StartAutomationExecution",
          "ssm:StartSession",
          "ssm:UpdateAssociation*",
        ]
        Resource = "*"
      },

      # States know everything that Terraform made, and now and then a secret.
      {
        Sid      = "DenyStates"
        Effect   = "Deny"
        Action   = "s3:*"
        Resource = ["arn:${var.partition}:s3:::${var.state.bucket}", "arn:${var.partition}:s3:::${var.state.bucket}/*"]
      },
      {
        Sid      = "DenyKeyOfStates"
        Effect   = "Deny"
        Action   = "kms:*"
        Resource = "*"
        Condition = {
          "ForAnyValue:StringEquals" = { "kms:ResourceAliases" = var.state.key_alias }
        }
      },

      # What carries the tag of another application is that one's. What carries none is nobody's, or its service knows no tags.
      {
        Sid      = "DenyOtherApplications"
        Effect   = "Deny"
        Action   = "*"
        Resource = "*"
        Condition = {
          Null            = { "aws:ResourceTag/Application" = "false" }
          StringNotEquals = { "aws:ResourceTag/Application" = var.application }
        }
      },

      # What carries the cluster's tag and no application's is the platform's: network, keys, Karpenter's queue. Its contract is read,
      # and its file system mounted.
      {
        Sid       = "DenyPlatform"
        Effect    = "Deny"
        NotAction = ["elasticfilesystem:Client*", "ssm:GetParameter*"]
        Resource  = "*"
        Condition = {
          Null         = { "aws:ResourceTag/Application" = "true" }
          StringEquals = { "aws:ResourceTag/Cluster" = var.cluster_name }
        }
      },

      # So is what EKS and its controllers tag: the cluster's security group, nodes and volumes.
      {
        Sid      = "DenyCluster"
        Effect   = "Deny"
        Action   = "*"
        Resource = "*"
        Condition = {
          StringEquals = { "aws:ResourceTag/kubernetes.io/cluster/${var.cluster_name}" = "owned" }
        }
      },

      # What clusters publish is read and never written.
      {
        Sid      = "DenyContracts"
        Effect   = "Deny"
        Action   = ["ssm:AddTagsToResource", "ssm:DeleteParameter*", "ssm:PutParameter", "ssm:RemoveTagsFromResource"]
        Resource = "arn:${var.partition}:ssm:*:*:parameter/plinth/*"
      },
    ]
  })
}
