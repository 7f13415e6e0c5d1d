module "application" {
  source = "../module"

  cluster_name = {{ cluster_name | hcl }}
  namespace    = {{ namespace | hcl }}
{%- if takes_account %}
  account_id   = {{ account | hcl }}
{%- endif %}
{%- if takes_boundary %}

  # Made first: no role is without it.
  permissions_boundary_arn = module.tenant.permissions_boundary_arn
{%- endif %}
{%- if has_hosts %}

  hosts = {{ hosts | hcl }}
{%- endif %}
{%- if protection %}

  # What differs from the standard.
  protection = true
{%- if retired %}
  retired    = true
{%- endif %}
{%- endif %}
}
{%- for guard in guards %}
{%- if loop.first %}

# This environment is protected. Whatever would destroy or replace what holds data replaces its guard, too, and a plan that would do
# so stops here. To let one go, take it out of the blueprint; a database or a user pool says `deletion_protection = false` first, and
# that is applied. To take the application down, say `retire = true` there first.
{%- else %}
{% endif %}
resource "terraform_data" "{{ guard.label | ident }}" {
  triggers_replace = [{{ guard.value | hcl }}]

  lifecycle {
    prevent_destroy = true
  }
}
{%- endfor %}
{%- if owns_namespace %}

# The namespace and all that bounds it. Making these takes rights on the whole cluster, which the deploy role has.
{% include "parts/tenant.tf" %}
{%- endif %}
