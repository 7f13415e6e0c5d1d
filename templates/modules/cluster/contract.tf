locals {
  # Ranges of subnets by zone, of the kind of addresses that pods have: network policies are written with them.
  private_cidrs = {{ network.private_cidrs | hcl }}
  public_cidrs  = {{ network.public_cidrs | hcl }}
}

# What the services stack, tenants and applications may rely on. A reader of major version 1 accepts every 1.x.
resource "aws_ssm_parameter" "contract" {
  name        = "/plinth/${var.name}/cluster"
  description = "Facts of the EKS cluster ${var.name}. No secrets."
  type        = "String"
  tier        = "Standard"

  # Not `value`, which plans hide: nothing here is secret, and a reviewer wants to see it change.
  insecure_value = jsonencode({
    contract    = "1.1"
    cluster     = aws_eks_cluster.this.name
    environment = lookup(var.tags, "Environment", null)
    region      = var.region
    account     = var.account_id

    vpc_id                    = {{ network.vpc_id | hcl }}
    vpc_cidr                  = var.vpc_cidr
    private_subnets           = {{ network.private_subnets | hcl }}
    public_subnets            = {{ network.public_subnets | hcl }}
    vpc_cidrs                 = {{ network.vpc_cidrs | hcl }}
    private_cidrs             = local.private_cidrs
    public_cidrs              = local.public_cidrs
    endpoint_cidrs            = {{ network.endpoint_cidrs | hcl }}
    cluster_security_group_id = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id

    oidc_issuer             = aws_eks_cluster.this.identity[0].oidc[0].issuer
    oidc_provider_arn       = aws_iam_openid_connect_provider.this.arn
    node_role_arn           = {{ node_role_arn | hcl }}
    karpenter_node_role_name = {{ karpenter_node_role_name | hcl }}
    karpenter_node_role_arn  = {{ karpenter_node_role_arn | hcl }}
    karpenter_queue_name     = {{ karpenter_queue_name | hcl }}
{%- if has_efs %}
    efs_file_system_id      = {{ efs_file_system_id | hcl }}
{%- endif %}
    key_arn                 = aws_kms_key.this.arn
  })

  # Its presence says that the cluster is complete.
  depends_on = [
{%- for address in addons %}
    {{ address | hcl }},
{%- endfor %}
    aws_eks_access_policy_association.admin,
    aws_eks_access_policy_association.viewer,
  ]
}
