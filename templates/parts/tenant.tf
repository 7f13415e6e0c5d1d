module "{{ tenant.module | ident }}" {
  source = {{ tenant.source | hcl }}

  cluster_name = {{ tenant.cluster_name | hcl }}
  partition    = {{ tenant.partition | hcl }}
  state        = { bucket = {{ tenant.state_bucket | hcl }}, key_alias = {{ tenant.state_key_alias | hcl }} }
{%- if tenant.has_network %}
  network      = {{ tenant.network | hcl }}
{%- endif %}

  namespace        = {{ tenant.namespace | hcl }}
  application      = {{ tenant.app | hcl }}
  team             = {{ tenant.team | hcl }}
  environment      = {{ tenant.environment | hcl }}
  service_accounts = {{ tenant.service_accounts | hcl }}
{%- if tenant.has_ports %}
  ports            = {{ tenant.ports | hcl }}
{%- endif %}
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
{%- if tenant.has_egress %}

# What {{ tenant.app | comment }} reaches besides.
resource "kubernetes_network_policy_v1" "{{ tenant.egress_policy | ident }}" {
  metadata {
    name      = "egress"
    namespace = module.{{ tenant.module | ident }}.namespace
  }

  spec {
    pod_selector {}

    policy_types = ["Egress"]
{%- for rule in tenant.egress %}

    egress {
{%- for cidr in rule.cidrs %}
      to {
        ip_block {
          cidr = {{ cidr | hcl }}
        }
      }
{% endfor %}
{%- for namespace in rule.namespaces %}
      to {
        namespace_selector {
          match_labels = { "kubernetes.io/metadata.name" = {{ namespace | hcl }} }
        }
      }
{% endfor %}
{%- for port in rule.ports %}
      ports {
        protocol = "TCP"
        port     = {{ port | hcl }}
      }
{%- if not loop.last %}
{% endif %}
{%- endfor %}
    }
{%- endfor %}
  }
}
{%- endif %}