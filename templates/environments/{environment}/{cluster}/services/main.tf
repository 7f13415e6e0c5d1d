module "services" {
  source = "../../../../modules/services"

  cluster_name = {{ name | hcl }}
{%- if needs_account_id %}
  account_id   = {{ account | hcl }}
{%- endif %}
{%- if needs_region %}
  region       = {{ region | hcl }}
{%- endif %}
{%- if needs_partition %}
  partition    = {{ partition | hcl }}
{%- endif %}
{%- if needs_tags %}
  tags         = local.tags
{%- endif %}
{%- if has_arguments %}

  # What differs from the standard.
{%- for argument in arguments %}
  {{ argument.name | ident }} = {{ argument.value | hcl }}
{%- endfor %}
{%- endif %}
}
