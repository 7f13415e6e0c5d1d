locals {
  # A Service of type LoadBalancer takes a node port for each port that it listens on; two (80 and 443) are the usual.
  node_ports = coalesce(var.quota.node_ports, 2 * var.quota.load_balancers)
}

resource "kubernetes_resource_quota_v1" "this" {
  metadata {
    name      = "tenant"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  spec {
    # No ceiling on cpu limits: a limit throttles a container while the node idles, requests share the node fairly.
    hard = {
      "requests.cpu"                      = var.quota.cpu
      "requests.memory"                   = var.quota.memory
      "limits.memory"                     = var.quota.memory
      "pods"                              = var.quota.pods
      "persistentvolumeclaims"            = var.quota.persistent_volume_claims
      "requests.storage"                  = var.quota.storage
      "services.loadbalancers"            = var.quota.load_balancers
      "services.nodeports"                = local.node_ports
      "count/ingresses.networking.k8s.io" = var.quota.ingresses
    }
  }
}

# Pods of these classes drive others off their nodes, Karpenter and CoreDNS among them.
resource "kubernetes_resource_quota_v1" "system_priorities" {
  metadata {
    name      = "tenant-system-priorities"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  spec {
    hard = { pods = 0 }

    scope_selector {
      match_expression {
        scope_name = "PriorityClass"
        operator   = "In"
        values     = ["system-cluster-critical", "system-node-critical"]
      }
    }
  }
}

# The quota refuses a container that states no requests and no memory limit, and cost reports could not count it: hence
# defaults. Memory has one value for both, because Karpenter packs nodes by requests alone: limits above them would let
# neighbours run a node out of memory. A container that requests more memory than the default must set its limit, too, and so of
# ephemeral storage: its logs and what it writes into itself fill the node's disk, and who writes more than its limit is evicted.
# That request is small, so that the disk of 50 GiB which nodes have unless told otherwise holds as many containers as they have addresses.
resource "kubernetes_limit_range_v1" "this" {
  metadata {
    name      = "tenant"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  spec {
    limit {
      type = "Container"

      default = {
        memory              = var.container_defaults.memory
        "ephemeral-storage" = "8Gi"
      }

      default_request = {
        cpu                 = var.container_defaults.cpu
        memory              = var.container_defaults.memory
        "ephemeral-storage" = "256Mi"
      }
    }
  }
}
