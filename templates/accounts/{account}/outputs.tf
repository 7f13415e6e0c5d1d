output "roles" {
  description = "ARNs of the roles that pipelines log in as, by name."
  value       = { for name, role in aws_iam_role.pipeline : name => role.arn }
}
