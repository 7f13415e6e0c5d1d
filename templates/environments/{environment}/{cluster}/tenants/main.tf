# Stops here, in plain words, while the cluster or its services have not been applied.
module "attachment" {
  source = "../../../../modules/attachment"

  cluster_name = {{ name | hcl }}
}
{%- for tenant in tenants %}

{% include "parts/tenant.tf" %}
{%- endfor %}
{%- for module in guarded %}
{%- if loop.first %}

# This environment is protected. Another namespace in place of one would destroy everything in it; it replaces its guard, too, and a
# plan that would do so stops here. To let one go, say `retire = true` of its application first.
{%- else %}
{% endif %}
resource "terraform_data" "protected_{{ module | ident }}" {
  triggers_replace = [module.{{ module | ident }}.namespace]

  lifecycle {
    prevent_destroy = true
  }
}
{%- endfor %}
{%- if has_principals %}

# Who has which rights in which namespaces: IAM principal => groups. A principal can have one entry only (EKS answers a second
# with 409), so one with rights in several applications has all their groups here. The roles must exist first.
resource "aws_eks_access_entry" "tenant" {
  for_each = {{ principals | hcl }}

  cluster_name      = {{ name | hcl }}
  principal_arn     = each.key
  type              = "STANDARD"
  kubernetes_groups = each.value
}
{%- endif %}
