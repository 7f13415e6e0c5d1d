provider "aws" {
  region              = "us-east-1"
  allowed_account_ids = ["111111111111"]
}

data "aws_eks_cluster" "this" {
  name = "example"
}

locals {
  get_token = {
    api_version = "client.authentication.k8s.io/v1beta1"
    command     = "aws"
    args        = ["eks", "get-token", "--cluster-name", "example", "--region", "us-east-1"]
  }
}

provider "kubernetes" {
  host                   = data.aws_eks_cluster.this.endpoint
  cluster_ca_certificate = base64decode(data.aws_eks_cluster.this.certificate_authority[0].data)

  exec {
    api_version = local.get_token.api_version
    command     = local.get_token.command
    args        = local.get_token.args
  }
}

provider "helm" {
  kubernetes = {
    host                   = data.aws_eks_cluster.this.endpoint
    cluster_ca_certificate = base64decode(data.aws_eks_cluster.this.certificate_authority[0].data)
    exec                   = local.get_token
  }
}

module "services" {
  source = "../../../generated/azavea/modules/services"

  cluster_name = "example"
  account_id   = "111111111111"
  region       = "us-east-1"
  partition    = "aws"
  tags         = { Project = "example" }

  external_dns_access = ["arn:aws:route53:::hostedzone/EXAMPLE"]
}
