provider "aws" {
  region              = "us-east-1"
  allowed_account_ids = ["111111111111"]
}

module "cluster" {
  source = "../../../generated/azavea/modules/cluster"

  name       = "example"
  account_id = "111111111111"
  region     = "us-east-1"
  partition  = "aws"
  tags       = { Project = "example" }

  vpc_cidr  = "10.0.0.0/16"
  nat_zones = ["us-east-1a"]
  zones = {
    us-east-1a = { private_cidr = "10.0.0.0/19", public_cidr = "10.0.224.0/22" }
    us-east-1b = { private_cidr = "10.0.32.0/19", public_cidr = "10.0.228.0/22" }
  }

  admins                = ["arn:aws:iam::111111111111:role/terraform"]
  endpoint_public_cidrs = ["203.0.113.0/24"]
}
