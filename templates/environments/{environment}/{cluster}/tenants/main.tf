# Stops here, in plain words, while the cluster or its services have not been applied.
module "attachment" {
  source = "../../../../modules/attachment"

  cluster_name = {{ name | hcl }}
}
{%- for tenant in tenants %}

module "tenant_{{ tenant.identifier | ident }}" {
  source = "../../../../modules/tenant"

  namespace   = {{ tenant.namespace | hcl }}
  application = {{ tenant.app | hcl }}
  team        = {{ tenant.team | hcl }}
  environment = {{ environment | hcl }}
{%- if tenant.has_quota %}

  quota = {{ tenant.quota | hcl }}
{%- endif %}
{%- if tenant.has_arguments %}

  # What differs from the standard.
{%- for argument in tenant.arguments %}
  {{ argument.name | ident }} = {{ argument.value | hcl }}
{%- endfor %}
{%- endif %}
}
{%- endfor %}
{%- if has_principals %}

{% if has_readers -%}
# Who administers or reads which namespaces: IAM principal => groups. A principal can have one entry only (EKS answers a
# second with 409), so one with rights in several applications has all their groups here. The roles must exist first.
{%- else -%}
# Who administers which namespaces: IAM principal => groups. A principal can have one entry only (EKS answers a second
# with 409), so one who administers several applications has all their groups here. The roles must exist first.
{%- endif %}
resource "aws_eks_access_entry" "tenant_admin" {
  for_each = {{ principals | hcl }}

  cluster_name      = {{ name | hcl }}
  principal_arn     = each.key
  type              = "STANDARD"
  kubernetes_groups = each.value
}
{%- endif %}
