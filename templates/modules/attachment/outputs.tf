# The cluster

output "name" {
  description = "Name of the EKS cluster."
  value       = data.aws_eks_cluster.this.name
}

output "arn" {
  description = "ARN of the EKS cluster."
  value       = data.aws_eks_cluster.this.arn
}

output "account" {
  description = "AWS account of the cluster."
  value       = local.contract.account
}

output "region" {
  description = "AWS region of the cluster."
  value       = local.contract.region
}

output "kubernetes_version" {
  description = "Kubernetes version of the control plane, such as 1.36."
  value       = data.aws_eks_cluster.this.version
}

output "endpoint" {
  description = "URL of the Kubernetes API."
  value       = data.aws_eks_cluster.this.endpoint
}

output "certificate_authority" {
  description = "CA certificate of the Kubernetes API, PEM in base64."
  value       = data.aws_eks_cluster.this.certificate_authority[0].data
}

output "kubeconfig_command" {
  description = "Command that adds the cluster to a kubeconfig. It holds no credentials: kubectl asks the AWS CLI for them."
  value       = "aws eks update-kubeconfig --name ${data.aws_eks_cluster.this.name} --region ${local.contract.region}"
}

# Network

output "vpc_id" {
  description = "VPC of the cluster."
  value       = data.aws_eks_cluster.this.vpc_config[0].vpc_id
}

output "vpc_cidr" {
  description = "IPv4 range of the VPC."
  value       = local.contract.vpc_cidr
}

output "private_subnet_ids" {
  description = "Private subnets, where nodes and pods run: zone => subnet id."
  value       = tomap(local.contract.private_subnets)
}

output "public_subnet_ids" {
  description = "Public subnets, where internet-facing load balancers stand: zone => subnet id."
  value       = tomap(local.contract.public_subnets)
}

output "cluster_security_group_id" {
  description = "Security group of the control plane, the nodes and their pods: the source to allow in an application's own security groups."
  value       = data.aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

# Identity

output "oidc_issuer" {
  description = "URL of the cluster's OIDC issuer."
  value       = data.aws_eks_cluster.this.identity[0].oidc[0].issuer
}

output "oidc_provider_arn" {
  description = "ARN of the IAM OIDC provider, for roles that service accounts assume (IRSA)."
  value       = local.contract.oidc_provider_arn
}

output "core_node_role_arn" {
  description = "ARN of the IAM role of the core nodes, which run system services."
  value       = local.contract.node_role_arn
}

output "worker_node_role_arn" {
  description = "ARN of the IAM role of Karpenter's nodes, which run applications; null when the cluster has no Karpenter."
  value       = local.contract.karpenter_node_role_arn
}

# Services

output "storage_class" {
  description = "Storage class for volumes."
  value       = local.services.storage_class
}

output "ingress_class" {
  description = "Ingress class for HTTP; null when the cluster has no ingress controller."
  value       = local.services.ingress_class
}

output "load_balancer_class" {
  description = "Class that a Service of type LoadBalancer names to get a network load balancer; null when the cluster has no controller for it."
  value       = local.services.load_balancer_class
}

output "node_types" {
  description = "Values of the node label node-type that exist; application pods run on worker."
  value       = tolist(local.services.node_types)
}

output "features" {
  description = "What the cluster can do: feature => true or false."
  value       = tomap(local.services.features)
}

output "contract_version" {
  description = "Version of the contract that was read, such as 1.0."
  value       = local.contract.contract
}
