output "namespaces" {
  description = "Namespace of each application: application => namespace."
  value       = {{ namespaces | hcl }}
}

output "kubeconfig_command" {
  description = "Command by which a tenant's administrator adds the cluster to a kubeconfig."
  value       = module.attachment.kubeconfig_command
}
