# Begun by "plinth attach", and yours: plinth never touches it again.

locals {
  # On every AWS resource of this stack.
  tags = {
    Application = "franklin"
    Cluster     = "azavea-staging-main"
    Environment = "staging"
    ManagedBy   = "plinth"
    Owner       = "operations"
    Project     = "kubernetes"
    Repository  = "https://github.com/azavea/kubernetes-deployment"
    Team        = "raster-foundry"
  }
}

provider "aws" {
  region              = "us-east-1"
  allowed_account_ids = ["111111111111"]

  default_tags {
    tags = local.tags
  }
}

locals {
  # Asked for whenever a token is needed: one that was read at plan would expire after 15 minutes.
  get_token = {
    api_version = "client.authentication.k8s.io/v1beta1"
    command     = "aws"
    args = [
      "eks",
      "get-token",
      "--cluster-name",
      "azavea-staging-main",
      "--region",
      "us-east-1",
    ]
  }
}

provider "kubernetes" {
  host                   = module.attachment.endpoint
  cluster_ca_certificate = base64decode(module.attachment.certificate_authority)

  exec {
    api_version = local.get_token.api_version
    command     = local.get_token.command
    args        = local.get_token.args
  }
}
