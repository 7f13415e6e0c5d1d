# What may go in and out of the namespace's pods. Policies add up: nothing passes that none of them allows. vpc-cni enforces
# them, though not for pods on Fargate. A connection to a Service counts by the Service's address, and where ranges overlap, the
# narrowest decides. Applications may write policies of their own about what comes in, and none about what goes out: see
# tenant_network.tf of modules/services.

resource "kubernetes_network_policy_v1" "default_deny" {
{%- if network_differs %}
  count = var.network == null ? 0 : 1
{% endif %}
  metadata {
    name      = "default-deny"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  spec {
    pod_selector {}

    policy_types = ["Ingress", "Egress"]
  }
}

resource "kubernetes_network_policy_v1" "same_namespace" {
{%- if network_differs %}
  count = var.network == null ? 0 : 1
{% endif %}
  metadata {
    name      = "same-namespace"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  spec {
    pod_selector {}

    policy_types = ["Ingress", "Egress"]

    ingress {
      from {
        pod_selector {}
      }
    }

    egress {
      to {
        pod_selector {}
      }
    }
  }
}

# Ingress controllers, metrics and autoscaling come in from namespaces that are no application's.
resource "kubernetes_network_policy_v1" "from_system" {
{%- if network_differs %}
  count = var.network == null ? 0 : 1
{% endif %}
  metadata {
    name      = "from-system"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  spec {
    pod_selector {}

    policy_types = ["Ingress"]

    ingress {
      from {
        namespace_selector {
          match_expressions {
            key      = "Application"
            operator = "DoesNotExist"
          }
        }
      }
    }
  }
}

# Only load balancers and NAT gateways stand in public subnets.
resource "kubernetes_network_policy_v1" "from_load_balancers" {
  for_each = merge([
    for zone, cidr in {% if network_differs %}try(var.network.public_cidrs, {}){% else %}var.network.public_cidrs{% endif %} : {
      for port in length(var.ports) == 0 ? [null] : var.ports :
      join("-", compact([zone, port])) => { cidr = cidr, port = port }
    }
  ]...)

  metadata {
    name      = "from-load-balancers-${each.key}"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  spec {
    pod_selector {}

    policy_types = ["Ingress"]

    ingress {
      from {
        ip_block {
          cidr = each.value.cidr
        }
      }

      ports {
        protocol = "TCP"
        port     = each.value.port
      }
    }
  }
}

resource "kubernetes_network_policy_v1" "to_system" {
{%- if network_differs %}
  count = var.network == null ? 0 : 1
{% endif %}
  metadata {
    name      = "to-system"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  spec {
    pod_selector {}

    policy_types = ["Egress"]

    # DNS
    egress {
      to {
        namespace_selector {
          match_labels = { "kubernetes.io/metadata.name" = "kube-system" }
        }

        pod_selector {
          match_labels = { k8s-app = "kube-dns" }
        }
      }

      ports {
        protocol = "UDP"
        port     = "53"
      }

      ports {
        protocol = "TCP"
        port     = "53"
      }
    }

    # EKS Pod Identity: the agent on the pod's own node hands out credentials.
    egress {
      to {
        ip_block {
          cidr = {{ pod_identity | hcl }}
        }
      }

      ports {
        protocol = "TCP"
        port     = "80"
      }
    }

    # The Kubernetes API
    egress {
      to {
        ip_block {
          cidr = var.network.api_cidr
        }
      }

      ports {
        protocol = "TCP"
        port     = "443"
      }
    }
  }
}

# HTTPS outside the VPC: AWS, registries, whatever the application talks to. Inside, other applications live.
resource "kubernetes_network_policy_v1" "to_internet" {
{%- if network_differs %}
  count = var.network == null ? 0 : 1
{% endif %}
  metadata {
    name      = "to-internet"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  spec {
    pod_selector {}

    policy_types = ["Egress"]

    egress {
      to {
        ip_block {
          cidr   = {{ internet | hcl }}
          except = var.network.vpc_cidrs
        }
      }

      ports {
        protocol = "TCP"
        port     = "443"
      }
    }
  }
}
{%- if has_interface_endpoints %}

# Interface endpoints stand in the private subnets, and are AWS to whoever asks for its name.
resource "kubernetes_network_policy_v1" "to_vpc_endpoints" {
  for_each = {% if network_differs %}try(var.network.endpoint_cidrs, {}){% else %}var.network.endpoint_cidrs{% endif %}

  metadata {
    name      = "to-vpc-endpoints-${each.key}"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  spec {
    pod_selector {}

    policy_types = ["Egress"]

    egress {
      to {
        ip_block {
          cidr = each.value
        }
      }

      ports {
        protocol = "TCP"
        port     = "443"
      }
    }
  }
}
{%- endif %}
{%- if has_databases %}

# Databases stand in the private subnets, and each application's have a port that no other application's pods get out to.
resource "kubernetes_network_policy_v1" "to_databases" {
  for_each = var.database_port != null ? {% if network_differs %}try(var.network.private_cidrs, {}){% else %}var.network.private_cidrs{% endif %} : {}

  metadata {
    name      = "to-databases-${each.key}"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  spec {
    pod_selector {}

    policy_types = ["Egress"]

    egress {
      to {
        ip_block {
          cidr = each.value
        }
      }

      ports {
        protocol = "TCP"
        port     = var.database_port
      }
    }
  }
}
{%- endif %}
