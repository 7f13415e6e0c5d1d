# The shared cluster, found by its name: everything that is said of it comes from here, module.attachment.private_subnet_ids,
# module.attachment.permissions_boundary_arn, ... {% if is_vendored %}modules/attachment/README.md{% else %}The module's README{% endif %} lists it all.
module "attachment" {
  source = {{ source | hcl }}

  cluster_name = {{ cluster | hcl }}
{%- if not has_contract %}
  mode         = {{ mode | hcl }}
{%- endif %}

  tenant = {
    namespace        = {{ namespace | hcl }}
    application      = {{ app | hcl }}
    team             = {{ team | hcl }}
    service_accounts = {{ service_accounts | hcl }}
  }
}
