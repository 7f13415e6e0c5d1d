terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  alias  = "east"
  region = "us-east-1"
}

resource "terraform_data" "a" {}

module "m" {
  source     = "./m"
  for_each   = toset(["a"])
  depends_on = [terraform_data.a]
  v          = each.key

  providers = {
    aws       = aws
    aws.other = aws.east
  }
}

output "o" {
  value = [module.m["a"].o, [for m in module.m : m.o]]
}
