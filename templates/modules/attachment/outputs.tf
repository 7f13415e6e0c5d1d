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
  value       = local.account
}

output "partition" {
  description = "Partition of that account, such as aws."
  value       = local.partition
}

output "region" {
  description = "AWS region of the cluster."
  value       = local.region
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
  value       = "aws eks update-kubeconfig --name ${data.aws_eks_cluster.this.name} --region ${local.region}"
}

# Network

output "vpc_id" {
  description = "VPC of the cluster."
  value       = data.aws_eks_cluster.this.vpc_config[0].vpc_id
}

output "vpc_cidr" {
  description = "IPv4 range of the VPC."
  value       = try(local.contract.vpc_cidr, data.aws_vpc.this[0].cidr_block)
}

output "private_subnet_ids" {
  description = "Private subnets, where nodes and pods run: zone => subnet id."
  value       = tomap(try(local.contract.private_subnets, local.found_private_subnets))
}

output "public_subnet_ids" {
  description = "Public subnets, where internet-facing load balancers stand: zone => subnet id."
  value       = tomap(try(local.contract.public_subnets, local.found_public_subnets))
}

output "cluster_security_group_id" {
  description = "Security group of the control plane, the nodes and their pods: the source to allow in an application's own security groups."
  value       = data.aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
}

output "network" {
  description = "Addresses that network policies are written with: ranges of the VPC and of its subnets by zone, and the Kubernetes API's own address. Null with mode = \"data-only\"."
  value = try({
    vpc_cidrs      = tolist(local.contract.vpc_cidrs)
    public_cidrs   = tomap(local.contract.public_cidrs)
    private_cidrs  = tomap(local.contract.private_cidrs)
    endpoint_cidrs = tomap(local.contract.endpoint_cidrs)
    api_cidr       = local.api_cidr
  }, null)
}

# Identity

output "oidc_issuer" {
  description = "URL of the cluster's OIDC issuer."
  value       = data.aws_eks_cluster.this.identity[0].oidc[0].issuer
}

output "oidc_provider_arn" {
  description = "ARN of the IAM OIDC provider, for roles that service accounts assume (IRSA). With mode = \"data-only\" it is what the issuer's would be: not every cluster has one."
  value       = try(local.contract.oidc_provider_arn, "arn:${local.partition}:iam::${local.account}:oidc-provider/${trimprefix(data.aws_eks_cluster.this.identity[0].oidc[0].issuer, "https://")}")
}

output "core_node_role_arn" {
  description = "ARN of the IAM role of the core nodes, which run system services. Null with mode = \"data-only\"."
  value       = try(local.contract.node_role_arn, null)
}

output "worker_node_role_arn" {
  description = "ARN of the IAM role of Karpenter's nodes, which run applications; null when the cluster has no Karpenter, and with mode = \"data-only\"."
  value       = try(local.contract.karpenter_node_role_arn, null)
}

# The application's place

output "namespace" {
  description = "Namespace of the application; null without tenant."
  value       = try(var.tenant.namespace, null)
}

output "service_accounts" {
  description = "Service accounts that the application's pods run as."
  value       = tolist(try(var.tenant.service_accounts, []))
}

output "role_path" {
  description = "IAM path of the application's roles; null without tenant."
  value       = local.role_path
}

output "permissions_boundary_arn" {
  description = "ARN of the permissions boundary that the application's roles must have; null without tenant, and with mode = \"data-only\"."
  value       = var.tenant == null || var.mode == "data-only" ? null : "arn:${local.partition}:iam::${local.account}:policy${local.role_path}${data.aws_eks_cluster.this.name}.${var.tenant.namespace}.boundary"
}

output "cost_labels" {
  description = "Labels of what the application makes in the cluster, and likewise tags of what it makes in AWS: key => value."
  value = tomap({ for key, value in {
    Application = try(var.tenant.application, null)
    Team        = try(var.tenant.team, null)
    Environment = try(local.contract.environment, null)
  } : key => value if value != null })
}

# Services

output "storage_class" {
  description = "Storage class for volumes. Null with mode = \"data-only\"."
  value       = try(local.services.storage_class, null)
}

output "ingress_class" {
  description = "Ingress class for HTTP; null when the cluster has no ingress controller, and with mode = \"data-only\"."
  value       = try(local.services.ingress_class, null)
}

output "load_balancer_class" {
  description = "Class that a Service of type LoadBalancer names to get a network load balancer; null when the cluster has no controller for it, and with mode = \"data-only\"."
  value       = try(local.services.load_balancer_class, null)
}

output "node_types" {
  description = "Values of the node label node-type that exist; application pods run on worker. Empty with mode = \"data-only\"."
  value       = tolist(try(local.services.node_types, []))
}

output "features" {
  description = "What the cluster can do: feature => true or false. Empty with mode = \"data-only\"."
  value       = tomap({ for name, has in try(local.services.features, {}) : name => tobool(has) })
}

output "dns_zone_ids" {
  description = "Route 53 zones in which names of Ingress and Service objects become records. Empty when the cluster writes none, and with mode = \"data-only\"."
  value       = tolist(try(local.services.dns_zone_ids, []))
}

output "messaging" {
  description = "Endpoints of messaging inside the cluster: service => URL. Empty when it has none, and with mode = \"data-only\"."
  value       = tomap({ for name, url in try(local.services.messaging, {}) : name => url if url != null })
}

output "registry" {
  description = "Container registry of the account, in the cluster's region."
  value       = "${local.account}.dkr.ecr.${local.region}.amazonaws.com"
}

output "contract_version" {
  description = "Version of the contract that was read, such as 1.1; null with mode = \"data-only\"."
  value       = try(local.contract.contract, null)
}

output "unknown" {
  description = "Outputs that say nothing because the cluster publishes no contract: with mode = \"data-only\" only."
  value = var.mode == "contract" ? [] : [
    "contract_version",
    "core_node_role_arn",
    "dns_zone_ids",
    "features",
    "ingress_class",
    "load_balancer_class",
    "messaging",
    "network",
    "node_types",
    "permissions_boundary_arn",
    "storage_class",
    "worker_node_role_arn",
  ]
}
