# Begun by "plinth attach", and yours: plinth never touches it again.

output "namespace" {
  description = "Namespace of franklin."
  value       = module.attachment.namespace
}

output "kubeconfig_command" {
  description = "Command that adds the cluster to a kubeconfig."
  value       = module.attachment.kubeconfig_command
}

output "contract_version" {
  description = "Version of the cluster's contract that was read; null where it publishes none."
  value       = module.attachment.contract_version
}
