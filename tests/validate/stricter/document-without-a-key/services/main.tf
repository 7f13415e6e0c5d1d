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
  document   = try(jsondecode(local.parameters["/plinth/acme/cluster"]), {})
}

output "vpc_id" {
  value = local.contract.vpc
}

output "cluster" {
  value = local.document.name
}

output "zone_id" {
  value = try(local.document.zone_id, null)
}
