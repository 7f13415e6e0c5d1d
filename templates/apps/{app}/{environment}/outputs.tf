output "cluster_name" {
  description = "Name of the EKS cluster that {{ app | ident }} runs on."
  value       = module.application.cluster_name
}

output "namespace" {
  description = "Namespace of {{ app | ident }} on that cluster."
  value       = module.application.namespace
}

output "kubeconfig_command" {
  description = "Command that adds the cluster to a kubeconfig."
  value       = module.application.kubeconfig_command
}

output "storage_class" {
  description = "Storage class for {{ app | ident }}'s volumes."
  value       = module.application.storage_class
}

output "ingress_class" {
  description = "Ingress class for {{ app | ident }}'s HTTP; null when the cluster has no ingress controller."
  value       = module.application.ingress_class
}

output "load_balancer_class" {
  description = "Class that {{ app | ident }}'s Services of type LoadBalancer name; null when the cluster has no controller for it."
  value       = module.application.load_balancer_class
}

output "contract_version" {
  description = "Version of the cluster's contract that was read."
  value       = module.application.contract_version
}
{%- for output in outputs %}

output "{{ output.name | ident }}" {
  description = {{ output.description | hcl }}
  value       = module.application.{{ output.name | ident }}
}
{%- endfor %}
