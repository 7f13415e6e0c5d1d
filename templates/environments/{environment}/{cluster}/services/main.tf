module "services" {
  source = "../../../../modules/services"

  cluster_name = {{ name | hcl }}
  account_id   = {{ account | hcl }}
  region       = {{ region | hcl }}
  partition    = {{ partition | hcl }}
  tags         = local.tags
{%- if has_arguments %}

  # What differs from the standard.
{%- for argument in arguments %}
  {{ argument.name | ident }} = {{ argument.value | hcl }}
{%- endfor %}
{%- endif %}
}
