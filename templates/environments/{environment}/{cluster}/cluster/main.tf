module "cluster" {
  source = "../../../../modules/cluster"

  name       = {{ name | hcl }}
  account_id = {{ account | hcl }}
  region     = {{ region | hcl }}
  partition  = {{ partition | hcl }}
  tags       = local.tags

  vpc_cidr  = {{ vpc_cidr | hcl }}
  nat_zones = {{ nat_zones | hcl }}
  zones     = {{ zones | hcl }}

  admins  = {{ admins | hcl }}
{%- if has_viewers %}
  viewers = {{ viewers | hcl }}
{%- endif %}
{%- if has_readers %}
  readers = {{ readers | hcl }}
{%- endif %}
{%- if has_arguments %}

  # What differs from the standard.
{%- for argument in arguments %}
  {{ argument.name | ident }} = {{ argument.value | hcl }}
{%- endfor %}
{%- endif %}
}
{%- if protected %}

# This environment is protected. Whatever would destroy or replace the cluster, its VPC or its key replaces this, too,
# and a plan that would do so stops here. To take the environment down, say `protection = false` in the blueprint first.
resource "terraform_data" "protected" {
  triggers_replace = [
    module.cluster.arn,
    module.cluster.vpc_id,
    module.cluster.key_arn,
  ]

  lifecycle {
    prevent_destroy = true
  }
}
{%- endif %}
