output "name" {
  description = "Name of the EKS cluster."
  value       = aws_eks_cluster.this.name
}

output "arn" {
  description = "ARN of the EKS cluster."
  value       = aws_eks_cluster.this.arn
}

output "kubernetes_version" {
  description = "Kubernetes minor version."
  value       = aws_eks_cluster.this.version
}

output "vpc_id" {
  description = "The cluster's VPC."
  value       = {{ network.vpc_id | hcl }}
}

output "private_subnet_ids" {
  description = "Private subnets by zone: nodes{% if not network.has_pods %} and pods{% elif network.pods_differ %}, and pods where they have none of their own{% endif %}."
  value       = {{ network.private_subnets | hcl }}
}

output "public_subnet_ids" {
  description = "Public subnets by zone: {% if network.has_own %}NAT gateways and {% endif %}load balancers."
  value       = {{ network.public_subnets | hcl }}
}

output "cluster_security_group_id" {
  description = "Security group of the control plane and of every node."
  value       = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

output "oidc_provider_arn" {
  description = "OpenID Connect provider, for roles of service accounts."
  value       = aws_iam_openid_connect_provider.this.arn
}
{%- if has_managed_pools %}

output "node_role_arn" {
  description = "Role of the managed nodes."
  value       = aws_iam_role.node.arn
}
{%- endif %}
{%- if has_efs %}

output "efs_file_system_arn" {
  description = "File system of storage class efs."
  value       = {{ efs_file_system_arn | hcl }}
}
{%- endif %}

output "key_arn" {
  description = "KMS key of {% if origin.has_own_secrets %}secrets{% if has_efs %}, logs and files{% else %} and logs{% endif %}{% if origin.secrets_key_may_exist %}; of secrets where secrets_key_arn is null{% endif %}{% else %}logs{% if has_efs %} and files{% endif %}{% endif %}."
  value       = aws_kms_key.this.arn
}
{%- if network.has_own %}

output "nat_addresses" {
  description = "Public addresses by zone from which pods reach the internet, for allow lists elsewhere."
  value       = { for zone in var.nat_zones : zone => aws_eip.nat[zone].public_ip }
}
{%- endif %}

output "contract" {
  description = "Name of the contract document."
  value       = aws_ssm_parameter.contract.name
}
