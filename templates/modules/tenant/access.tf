# The built-in ClusterRole admin, bound inside the namespace: workloads, secrets, roles and their bindings, but neither
# the namespace itself nor its quota and limits. Who is in the group is decided by access entries, outside this module.
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
{%- if has_readers %}

# The built-in ClusterRole view, bound likewise: what admin sees, but no secrets, and nothing can be changed.
resource "kubernetes_role_binding_v1" "reader" {
  metadata {
    name      = "reader"
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
    name      = "${var.namespace}:reader"
  }
}
{%- endif %}
