# The contract: what the platform publishes about a cluster, one JSON document for each of its stacks. "cluster" has the
# network and the identities; "services" comes last, so that its presence says that the cluster is ready.
# Reading it takes ssm:GetParametersByPath on /plinth/<cluster>.

locals {
  contract_path = "/plinth/${var.cluster_name}"

  # Contracts 1.x may gain fields and never lose or change one; 2.0 would be another contract.
  contract_major = "1"
  contract_minor = 1
}

data "aws_ssm_parameters_by_path" "contract" {
  count = var.mode == "contract" ? 1 : 0

  path = local.contract_path

  lifecycle {
    postcondition {
      condition     = contains(self.names, "${local.contract_path}/cluster")
      error_message = "Cluster ${var.cluster_name} has published no contract under ${local.contract_path} in ${self.region}. Apply its \"cluster\" stack, then its \"services\" stack; if it has another name, account or region by now, pass that name, or point the AWS provider there. For a cluster that plinth did not make, set mode = \"data-only\"."
    }
  }
}

locals {
  # SSM's values count as secrets; a contract holds none, and its facts have to be readable in plans.
  parameters = var.mode == "contract" ? zipmap(
    data.aws_ssm_parameters_by_path.contract[0].names,
    nonsensitive(data.aws_ssm_parameters_by_path.contract[0].values),
  ) : {}

  # Document name => document, as published: nothing is checked yet, and one that is no JSON is empty.
  documents = {
    for name, value in local.parameters :
    trimprefix(name, "${local.contract_path}/") => try(jsondecode(value), {})
    if contains(["cluster", "services"], trimprefix(name, "${local.contract_path}/"))
  }
}
