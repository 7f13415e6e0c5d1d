terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  alias = "east"
}

module "m" {
  source = "./m"

  providers = {
    aws.nope = aws.east
  }
}
