output "namespace" {
  description = "Name of the tenant's namespace."
  value       = kubernetes_namespace_v1.this.metadata[0].name
}

output "admin_group" {
  description = "Kubernetes group that administers the namespace; access entries name it."
  value       = kubernetes_role_binding_v1.admin.subject[0].name
}
{%- if has_readers %}

output "reader_group" {
  description = "Kubernetes group that reads everything in the namespace but secrets; access entries name it."
  value       = kubernetes_role_binding_v1.reader.subject[0].name
}
{%- endif %}
