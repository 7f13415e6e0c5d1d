output "namespace" {
  description = "Name of the tenant's namespace."
  value       = kubernetes_namespace_v1.this.metadata[0].name
}

output "admin_group" {
  description = "Kubernetes group that administers the namespace; access entries name it."
  value       = kubernetes_role_binding_v1.admin.subject[0].name
}

output "deployer_group" {
  description = "Kubernetes group that deploys into the namespace: workloads, configuration and secrets, but no roles."
  value       = kubernetes_role_binding_v1.deployer.subject[0].name
}

output "viewer_group" {
  description = "Kubernetes group that reads everything in the namespace but secrets."
  value       = kubernetes_role_binding_v1.viewer.subject[0].name
}

output "role_path" {
  description = "IAM path of the application's roles."
  value       = aws_iam_policy.boundary.path
}

output "permissions_boundary_arn" {
  description = "ARN of the policy that is the permissions boundary of the application's roles."
  value       = aws_iam_policy.boundary.arn
}
