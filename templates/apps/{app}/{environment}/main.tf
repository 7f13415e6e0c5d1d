module "application" {
  source = "../module"

  cluster_name = {{ cluster_name | hcl }}
  namespace    = {{ namespace | hcl }}
}
{%- if owns_namespace %}

# The namespace and all that bounds it. Making these takes rights on the whole cluster, which the deploy role has.
{% include "parts/tenant.tf" %}
{%- endif %}
