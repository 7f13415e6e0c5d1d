# The cluster as it is, and what its own stack says about it.

data "aws_eks_cluster" "this" {
  name = var.cluster_name

  lifecycle {
    postcondition {
      condition     = self.status == "ACTIVE"
      error_message = "Cluster ${var.cluster_name} is ${self.status}, not ACTIVE. Wait until the change to it has ended, then plan again."
    }
  }
}

data "aws_ssm_parameters_by_path" "contract" {
  path = "/plinth/${var.cluster_name}"

  lifecycle {
    postcondition {
      condition     = contains(self.names, "/plinth/${var.cluster_name}/cluster")
      error_message = "Cluster ${var.cluster_name} has published no contract. Apply its \"cluster\" stack first."
    }
  }
}

locals {
  # SSM's values count as secrets; the contract holds none, and what follows from it has to be readable in plans.
  contract_documents = nonsensitive(zipmap(
    data.aws_ssm_parameters_by_path.contract.names,
    data.aws_ssm_parameters_by_path.contract.values,
  ))

  contract = jsondecode(local.contract_documents["/plinth/${data.aws_eks_cluster.this.name}/cluster"])
}
