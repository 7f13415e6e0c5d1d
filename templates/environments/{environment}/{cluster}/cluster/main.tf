module "cluster" {
  source = "../../../../modules/cluster"

  name       = {{ name | hcl }}
  account_id = {{ account | hcl }}
  region     = {{ region | hcl }}
  partition  = {{ partition | hcl }}
  tags       = local.tags

  vpc_cidr  = {{ vpc_cidr | hcl }}
{%- if vpc.is_own %}
{%- if vpc.has_pod_cidr %}
  pod_cidr  = {{ vpc.pod_cidr | hcl }}
{%- endif %}
  nat_zones = {{ vpc.nat_zones | hcl }}
  zones     = {{ vpc.zones | hcl }}
{%- else %}
  vpc_id    = {{ vpc.id | hcl }}

  private_subnet_ids = {{ vpc.private_subnets | hcl }}
{%- if vpc.has_public_subnets %}
  public_subnet_ids = {{ vpc.public_subnets | hcl }}
{%- endif %}
{%- if vpc.has_pod_subnets %}
  pod_subnet_ids = {{ vpc.pod_subnets | hcl }}
{%- endif %}
{%- endif %}

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
# and a plan that would do so stops here. To take the cluster down, say `retire = true` in the blueprint first.
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
{%- if has_efs %}

# Likewise the file system, which came later than the cluster or can go before it.
resource "terraform_data" "protected_file_system" {
  triggers_replace = [module.cluster.efs_file_system_arn]

  lifecycle {
    prevent_destroy = true
  }
}
{%- endif %}
{%- endif %}
