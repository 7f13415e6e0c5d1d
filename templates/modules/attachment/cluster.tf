# The cluster as it is now: the authority for all that can change under a contract. The rules are pre- and
# postconditions, because a failed "check" block would only warn.
data "aws_eks_cluster" "this" {
  name = var.cluster_name

  lifecycle {
    precondition {
      condition = alltrue([
        for document in values(local.documents) :
        try(split(".", document.contract)[0], "") == local.contract_major
      ])
      error_message = "Cluster ${var.cluster_name} publishes another contract (${join(", ", [for name, document in local.documents : "${name}: ${try(document.contract, "unreadable")}"])}) than the ${local.contract_major}.x that this module reads. Generate the attachment with the plinth release that the platform uses; where a document is unreadable, apply the stack of that name again."
    }

    # Only of the right major version; the other ones are refused above.
    precondition {
      condition = alltrue([
        for document in values(local.documents) :
        try(
          split(".", document.contract)[0] != local.contract_major ||
          tonumber(split(".", document.contract)[1]) >= local.contract_minor,
          true,
        )
      ])
      error_message = "Cluster ${var.cluster_name} publishes an older contract (${join(", ", [for name, document in local.documents : "${name}: ${try(document.contract, "unreadable")}"])}) than the ${local.contract_major}.${local.contract_minor} that this module reads. Apply its \"cluster\" and \"services\" stacks from the platform's present tree."
    }

    precondition {
      condition = alltrue([
        for document in values(local.documents) :
        try(document.cluster, var.cluster_name) == var.cluster_name
      ])
      error_message = "The contract under ${local.contract_path} belongs to another cluster (${join(", ", [for name, document in local.documents : "${name}: ${try(document.cluster, "unreadable")}"])}) than ${var.cluster_name}. Apply the \"cluster\" and \"services\" stacks of ${var.cluster_name} again."
    }

    precondition {
      condition     = var.mode == "data-only" || contains(keys(local.documents), "services")
      error_message = "Cluster ${var.cluster_name} is not ready: it has published no ${local.contract_path}/services. Apply its \"services\" stack first."
    }

    postcondition {
      condition     = self.status == "ACTIVE"
      error_message = "Cluster ${var.cluster_name} is ${self.status}, not ACTIVE. Wait until the change to it has ended, then plan again."
    }

    postcondition {
      condition     = self.vpc_config[0].vpc_id == try(local.documents.cluster.vpc_id, self.vpc_config[0].vpc_id)
      error_message = "The contract of ${var.cluster_name} is stale: it names ${try(local.documents.cluster.vpc_id, "none")}, but the cluster runs in ${self.vpc_config[0].vpc_id}. Apply its \"cluster\" stack, then its \"services\" stack."
    }

    # Both are 1.x, so that the second part decides.
    postcondition {
      condition = (
        tonumber(split(".", self.version)[1]) >=
        tonumber(split(".", coalesce(var.minimum_kubernetes_version, "1.0"))[1])
      )
      error_message = "Cluster ${var.cluster_name} runs Kubernetes ${self.version}; this application needs ${coalesce(var.minimum_kubernetes_version, "1.0")} or newer. Upgrade the cluster in its \"cluster\" stack first."
    }
  }
}

locals {
  # By way of the data source's name, not the variable: so no fact of a contract is used before all rules have passed.
  contract = try(jsondecode(local.parameters["/plinth/${data.aws_eks_cluster.this.name}/cluster"]), {})
  services = try(jsondecode(local.parameters["/plinth/${data.aws_eks_cluster.this.name}/services"]), {})

  # arn:PARTITION:eks:REGION:ACCOUNT:cluster/NAME
  partition = split(":", data.aws_eks_cluster.this.arn)[1]
  region    = split(":", data.aws_eks_cluster.this.arn)[3]
  account   = split(":", data.aws_eks_cluster.this.arn)[4]

  # The Service "kubernetes" has the first address of the range. With IPv6, EKS chooses a range of fc00::/7.
  service_network = data.aws_eks_cluster.this.kubernetes_network_config[0]
  api_cidr = (
    local.service_network.ip_family == "ipv6" ?
    try("${cidrhost(local.service_network.service_ipv6_cidr, 1)}/128", "fc00::/7") :
    "${cidrhost(local.service_network.service_ipv4_cidr, 1)}/32"
  )

  # Where the application's roles are; its tenant module makes the boundary there.
  role_path = var.tenant == null ? null : "/plinth/${data.aws_eks_cluster.this.name}/${var.tenant.namespace}/"
}
