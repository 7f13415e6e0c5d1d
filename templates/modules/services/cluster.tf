# The contract: what the cluster's own stack publishes about it, as one JSON document.
data "aws_ssm_parameters_by_path" "contract" {
  path = local.contract_path

  lifecycle {
    postcondition {
      condition     = contains(self.names, "${local.contract_path}/cluster")
      error_message = "Cluster ${var.cluster_name} has published no contract under ${local.contract_path} in ${self.region}. Apply its \"cluster\" stack first."
    }
  }
}

locals {
  contract_path = "/plinth/${var.cluster_name}"

  # SSM's values count as secrets; a contract holds none, and its facts have to be readable in plans.
  parameters = zipmap(
    data.aws_ssm_parameters_by_path.contract.names,
    nonsensitive(data.aws_ssm_parameters_by_path.contract.values),
  )

  # As published: nothing is checked yet, and one that is no JSON is empty.
  document = try(jsondecode(local.parameters["${local.contract_path}/cluster"]), {})
}

# The cluster as it is now. Nothing of the contract is used before these rules have passed.
data "aws_eks_cluster" "this" {
  name = var.cluster_name

  lifecycle {
    precondition {
      condition     = try(split(".", local.document.contract)[0], "") == "1"
      error_message = "Cluster ${var.cluster_name} publishes contract ${try(local.document.contract, "(unreadable)")}, this module reads 1.x. Apply its \"cluster\" stack from the same tree."
    }

    precondition {
      condition     = try(local.document.cluster, "") == var.cluster_name
      error_message = "The contract under ${local.contract_path} belongs to another cluster than ${var.cluster_name}. Apply the \"cluster\" stack of ${var.cluster_name} again."
    }

    postcondition {
      condition     = self.status == "ACTIVE"
      error_message = "Cluster ${var.cluster_name} is ${self.status}, not ACTIVE. Wait until the change to it has ended, then plan again."
    }

    postcondition {
      condition     = self.vpc_config[0].vpc_id == local.document.vpc_id
      error_message = "The contract of ${var.cluster_name} is stale: it names ${local.document.vpc_id}, but the cluster runs in ${self.vpc_config[0].vpc_id}. Apply its \"cluster\" stack."
    }
  }
}

locals {
  # By way of the data source's name, so that it waits for the rules.
  contract = jsondecode(local.parameters["/plinth/${data.aws_eks_cluster.this.name}/cluster"])
}
