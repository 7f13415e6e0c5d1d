# ---- network ----
module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "~> 5.1"


  name = var.name      # shown in the console
  cidr = "10.0.0.0/16" # a /16, split below

  azs             = ["eu-west-1a", "eu-west-1b"]
  private_subnets = [for i, z in local.zones : cidrsubnet(var.cidr, 8, i)]
  public_subnets = [
    for i, z in local.zones :
    cidrsubnet(var.cidr, 8, i + 100)
  ]
  enable_nat_gateway = var.env == "prod" ? true : false
  tags = merge(local.tags, {
    Name                                = "${var.name}-vpc"
    "kubernetes.io/cluster/${var.name}" = "shared"
  })
}
