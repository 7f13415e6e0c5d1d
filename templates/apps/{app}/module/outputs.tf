output "cluster_name" {
  description = "Name of the EKS cluster that {{ app | ident }} runs on."
  value       = module.attachment.name
}

output "namespace" {
  description = "Namespace of {{ app | ident }} on that cluster."
  value       = module.attachment.namespace
}

output "kubeconfig_command" {
  description = "Command that adds the cluster to a kubeconfig."
  value       = module.attachment.kubeconfig_command
}

output "storage_class" {
  description = "Storage class for {{ app | ident }}'s volumes."
  value       = module.attachment.storage_class
}

output "ingress_class" {
  description = "Ingress class for {{ app | ident }}'s HTTP; null when the cluster has no ingress controller."
  value       = module.attachment.ingress_class
}

output "load_balancer_class" {
  description = "Class that {{ app | ident }}'s Services of type LoadBalancer name; null when the cluster has no controller for it."
  value       = module.attachment.load_balancer_class
}

output "contract_version" {
  description = "Version of the cluster's contract that was read."
  value       = module.attachment.contract_version
}
{%- if owns_namespace %}

output "network" {
  description = "Addresses that network policies are written with."
  value       = module.attachment.network
}
{%- endif %}
{%- for output in outputs %}

output "{{ output.name | ident }}" {
  description = {{ output.description | hcl }}
  value       = {{ output.value | hcl }}
}
{%- endfor %}
