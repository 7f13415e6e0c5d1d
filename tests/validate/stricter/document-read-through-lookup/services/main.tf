terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

data "aws_ssm_parameters_by_path" "contract" {
  path = "/plinth/acme"
}

locals {
  parameters = zipmap(data.aws_ssm_parameters_by_path.contract.names, data.aws_ssm_parameters_by_path.contract.values)
  contract   = jsondecode(local.parameters["/plinth/acme/cluster"])
}

output "zone_id" {
  value = lookup(local.contract, "zone_id", null)
}
