# What pods may do in AWS: a role for each service account that uses something, under the boundary that the tenant has.
{%- for role in roles %}
{%- if not loop.first %}
{% endif %}
module "{{ role.label | ident }}" {
  source = "../../../modules/pod_role"

  name                     = {{ role.name | hcl }}
  cluster_name             = var.cluster_name
  namespace                = var.namespace
  service_account          = {{ role.service_account | hcl }}
  role_path                = module.attachment.role_path
  permissions_boundary_arn = {{ boundary | hcl }}
  account_id               = var.account_id
{%- if role.is_irsa %}
{%- if mixed %}
  identity                 = "irsa"
{%- endif %}
  oidc_provider_arn        = module.attachment.oidc_provider_arn
{%- endif %}

  access = {{ role.access | hcl }}
}
{%- endfor %}
