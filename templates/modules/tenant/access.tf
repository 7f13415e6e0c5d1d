# Who may do what in the namespace: Kubernetes' built-in ClusterRoles, bound inside it. Who is in the groups is decided by
# access entries, outside this module.

# Workloads, secrets, roles and their bindings, but neither the namespace itself nor its quota and limits.
resource "kubernetes_role_binding_v1" "admin" {
  metadata {
    name      = "admin"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "ClusterRole"
    name      = "admin"
  }

  subject {
    api_group = "rbac.authorization.k8s.io"
    kind      = "Group"
    name      = "${var.namespace}:admin"
  }
}

# What admin may, but no roles and no bindings.
resource "kubernetes_role_binding_v1" "deployer" {
  metadata {
    name      = "deployer"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "ClusterRole"
    name      = "edit"
  }

  subject {
    api_group = "rbac.authorization.k8s.io"
    kind      = "Group"
    name      = "${var.namespace}:deployer"
  }
}

# What admin sees, but no secrets, and nothing can be changed.
resource "kubernetes_role_binding_v1" "viewer" {
  metadata {
    name      = "viewer"
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "ClusterRole"
    name      = "view"
  }

  subject {
    api_group = "rbac.authorization.k8s.io"
    kind      = "Group"
    name      = "${var.namespace}:viewer"
  }
}
