# Made before the cluster: EKS would make it itself, unencrypted and kept for ever.
resource "aws_cloudwatch_log_group" "cluster" {
  name              = "/aws/eks/${var.name}/cluster"
  retention_in_days = var.log_retention_days
  kms_key_id        = aws_kms_key.this.arn
}

{%- if origin.makes_role %}

resource "aws_iam_role" "cluster" {
{%- if origin.role_may_exist %}
  count = var.role_arn == null ? 1 : 0
{% endif %}
  name        = "${var.name}-cluster"
  description = "What the EKS control plane may do in the account."

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "ControlPlane"
        Effect    = "Allow"
        Principal = { Service = "eks.amazonaws.com" }
        Action = [
          "sts:AssumeRole",
          "sts:TagSession",
        ]
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "cluster" {
{%- if origin.role_may_exist %}
  count = var.role_arn == null ? 1 : 0
{% endif %}
  role       = aws_iam_role.cluster{% if origin.role_may_exist %}[0]{% endif %}.name
  policy_arn = "arn:${var.partition}:iam::aws:policy/AmazonEKSClusterPolicy"
}
{%- endif %}
{%- if network.control_plane_differs %}

locals {
  # EKS never changes the set of zones that a control plane was made with: a zone that came later is for nodes alone.
  control_plane_subnet_ids = {{ network.control_plane_subnet_list | hcl }}
}
{%- endif %}

resource "aws_eks_cluster" "this" {
  name                = var.name
  role_arn            = {{ origin.role_arn | hcl }}
  version             = var.kubernetes_version
  deletion_protection = var.deletion_protection

  # vpc-cni, kube-proxy and coredns come as add-ons that Terraform manages. Cannot change later.
  bootstrap_self_managed_addons = false

  enabled_cluster_log_types = [
    "api",
    "audit",
    "authenticator",
    "controllerManager",
    "scheduler",
  ]

  access_config {
    authentication_mode = "API"

    # Who administers the cluster is written in access.tf, and does not depend on who applied first.
    bootstrap_cluster_creator_admin_permissions = false
  }

  vpc_config {
    subnet_ids              = {{ network.control_plane_subnets | hcl }}
{%- if network.has_security_groups %}
    security_group_ids      = var.security_group_ids
{%- endif %}
    endpoint_private_access = true
    endpoint_public_access  = length(var.endpoint_public_cidrs) > 0
    public_access_cidrs     = length(var.endpoint_public_cidrs) > 0 ? var.endpoint_public_cidrs : null
  }

  kubernetes_network_config {
    ip_family         = {{ network.ip_family | hcl }}
{%- if network.has_service_cidr %}
    service_ipv4_cidr = {{ network.service_cidr | hcl }}
{%- endif %}
  }

  encryption_config {
    resources = ["secrets"]

    provider {
      key_arn = {{ origin.secrets_key | hcl }}
    }
  }

  # Extended support costs six times as much: at the end of standard support EKS upgrades the cluster instead.
  upgrade_policy {
    support_type = "STANDARD"
  }

  lifecycle {
    # Both act at creation only; a cluster that was adopted must not be replaced for them.
    ignore_changes = [
      bootstrap_self_managed_addons,
      access_config[0].bootstrap_cluster_creator_admin_permissions,
    ]
  }

{%- if origin.makes_role %}

  # EKS needs its policy until its last network interface is gone, and writes to the log group at once.
  depends_on = [
    aws_cloudwatch_log_group.cluster,
    aws_iam_role_policy_attachment.cluster,
  ]
{%- else %}

  # EKS writes to the log group at once.
  depends_on = [aws_cloudwatch_log_group.cluster]
{%- endif %}
}
