# What tenants and applications may rely on. Written after every release: its presence says that the cluster is ready.
resource "aws_ssm_parameter" "contract" {
  name        = "/plinth/${var.cluster_name}/services"
  description = "Services of the EKS cluster ${var.cluster_name}. No secrets."
  type        = "String"
  tier        = "Standard"

  insecure_value = jsonencode({
    contract = "1.0"
    cluster  = data.aws_eks_cluster.this.name

    node_types    = {{ node_types | hcl }}
    storage_class = {{ storage_class | hcl }}
    ingress_class = {{ ingress_class | hcl }}

    features = {
      network_policy = {{ network_policy | hcl }}
      pod_identity   = true
    }
  })

  lifecycle {
    precondition {
      condition     = split(".", local.contract.contract)[0] == "1"
      error_message = "Cluster ${var.cluster_name} publishes contract ${local.contract.contract}, this module reads 1.x. Apply its \"cluster\" stack from the same tree."
    }

    precondition {
      condition     = local.contract.vpc_id == data.aws_eks_cluster.this.vpc_config[0].vpc_id
      error_message = "The contract of ${var.cluster_name} is stale: it names another VPC than the cluster runs in. Apply its \"cluster\" stack."
    }
  }
{%- if has_releases %}

  depends_on = [
{%- for address in releases %}
    {{ address | hcl }},
{%- endfor %}
  ]
{%- endif %}
}
