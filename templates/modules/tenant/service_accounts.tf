# Whom the pods run as: a name for rights in AWS. Few need the Kubernetes API, so none gets a token of it unasked.
resource "kubernetes_service_account_v1" "this" {
  for_each = var.service_accounts

  metadata {
    name      = each.key
    namespace = kubernetes_namespace_v1.this.metadata[0].name
    labels    = local.labels
{%- if has_irsa %}

    # Its pods find their role by it.
    annotations = each.value.role_arn == null ? null : { "eks.amazonaws.com/role-arn" = each.value.role_arn }
{%- endif %}
  }

  automount_service_account_token = each.value.token
}

# Kubernetes makes this one by itself, and gives it to every pod that names no other.
resource "kubernetes_default_service_account_v1" "this" {
  metadata {
    namespace = kubernetes_namespace_v1.this.metadata[0].name
  }

  automount_service_account_token = false
}
