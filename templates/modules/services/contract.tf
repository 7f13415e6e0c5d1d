# What tenants and applications may rely on. Written after every release: its presence says that the cluster is ready.
resource "aws_ssm_parameter" "contract" {
  name        = "/plinth/${var.cluster_name}/services"
  description = "Services of the EKS cluster ${var.cluster_name}. No secrets."
  type        = "String"
  tier        = "Standard"

  insecure_value = jsonencode({
    contract = "1.1"
    cluster  = local.contract.cluster

    node_types    = {{ node_types | hcl }}
    storage_class = {{ storage_class | hcl }}
    ingress_class = {{ ingress_class | hcl }}

    # Without the controller, or while it is down, a Service of type LoadBalancer that names no class gets a classic load balancer.
    load_balancer_class = {{ load_balancer_class | hcl }}
{%- if has_dns_zones %}

    # Route 53 zones in which names of Ingress and Service objects become records.
    dns_zone_ids = {{ dns_zone_ids | hcl }}
{%- endif %}
{%- if has_nats %}

    messaging = { nats = {{ nats | hcl }} }
{%- endif %}

    features = {
      network_policy = {{ network_policy | hcl }}
      pod_identity   = true
    }
  })
{%- if has_releases %}

  depends_on = [
{%- for address in releases %}
    {{ address | hcl }},
{%- endfor %}
  ]
{%- endif %}
}
