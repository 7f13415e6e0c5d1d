# A role for one service account of one namespace on one cluster, and for nobody else.
resource "aws_iam_role" "this" {
  name                 = var.name
  path                 = var.role_path
  permissions_boundary = var.permissions_boundary_arn
  description          = "Pods of an application that run as one service account."

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
{%- if pod_role.has_irsa and pod_role.has_pod_identity %}
    Statement = [
      for statement in [local.pod_identity, local.web_identity] :
      statement if (var.identity == "irsa") == (statement.Sid == "WebIdentity")
    ]
{%- elif pod_role.has_irsa %}
    Statement = [local.web_identity]
{%- else %}
    Statement = [local.pod_identity]
{%- endif %}
  })
}

locals {
{%- if pod_role.has_pod_identity %}
  # The agent on the node asks for credentials with these tags.
  pod_identity = {
    Sid       = "PodIdentity"
    Effect    = "Allow"
    Principal = { Service = "pods.eks.amazonaws.com" }
    Action    = ["sts:AssumeRole", "sts:TagSession"]
    Condition = {
      StringEquals = {
        "aws:RequestTag/eks-cluster-name"           = var.cluster_name
        "aws:RequestTag/kubernetes-namespace"       = var.namespace
        "aws:RequestTag/kubernetes-service-account" = var.service_account
        "aws:SourceAccount"                         = var.account_id
      }
    }
  }
{%- endif %}
{%- if pod_role.has_irsa and pod_role.has_pod_identity %}
{% endif %}
{%- if pod_role.has_irsa %}
  # The issuer is what follows "oidc-provider/".
{%- if pod_role.has_pod_identity %}
  issuer = try(split("oidc-provider/", var.oidc_provider_arn)[1], "")
{%- else %}
  issuer = split("oidc-provider/", var.oidc_provider_arn)[1]
{%- endif %}

  web_identity = {
    Sid       = "WebIdentity"
    Effect    = "Allow"
    Principal = { Federated = var.oidc_provider_arn }
    Action    = ["sts:AssumeRoleWithWebIdentity"]
    Condition = {
      StringEquals = {
        "${local.issuer}:aud" = "sts.amazonaws.com"
        "${local.issuer}:sub" = "system:serviceaccount:${var.namespace}:${var.service_account}"
      }
    }
  }
{%- endif %}
}

# One policy for each thing that it uses.
resource "aws_iam_role_policy" "this" {
  for_each = var.access

  name = each.key
  role = aws_iam_role.this.name

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = each.value
  })
}
{%- if pod_role.has_pod_identity %}

resource "aws_eks_pod_identity_association" "this" {
{%- if pod_role.has_irsa %}
  count = var.identity == "irsa" ? 0 : 1
{% endif %}
  cluster_name    = var.cluster_name
  namespace       = var.namespace
  service_account = var.service_account
  role_arn        = aws_iam_role.this.arn
}
{%- endif %}
