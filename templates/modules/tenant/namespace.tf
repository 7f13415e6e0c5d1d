locals {
  # What costs are counted by, under the keys that AWS resources have as tags.
  labels = {
    Application = var.application
    Team        = var.team
    Environment = var.environment
  }
}

resource "kubernetes_namespace_v1" "this" {
  metadata {
    name = var.namespace

    labels = merge(local.labels, {
      # The same level for all three: what would be refused is also told to the client and written to the audit log.
      "pod-security.kubernetes.io/enforce"         = var.pod_security_level
      "pod-security.kubernetes.io/enforce-version" = var.pod_security_version
      "pod-security.kubernetes.io/warn"            = var.pod_security_level
      "pod-security.kubernetes.io/warn-version"    = var.pod_security_version
      "pod-security.kubernetes.io/audit"           = var.pod_security_level
      "pod-security.kubernetes.io/audit-version"   = var.pod_security_version
    })
  }

  # A namespace is gone only when its load balancers and volumes are; the provider's 5 minutes are often too short.
  timeouts {
    delete = "15m"
  }
}
