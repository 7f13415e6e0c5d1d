locals {
  # On every AWS resource of this stack.
  tags = {{ tags | hcl }}
}

provider "aws" {
  region = {{ region | hcl }}
{%- if has_account %}
  allowed_account_ids = [{{ account | hcl }}]
{%- endif %}
{%- if has_role %}

  assume_role {
    role_arn = {{ role | hcl }}
  }
{%- endif %}

  default_tags {
    tags = local.tags
  }
}
{%- if has_kubernetes or has_helm %}
{%- if is_looked_up %}

data "aws_eks_cluster" "this" {
  name = {{ cluster_name | hcl }}
}
{%- endif %}

locals {
  # Asked for whenever a token is needed: one that was read at plan would expire after 15 minutes.
  get_token = {
    api_version = "client.authentication.k8s.io/v1beta1"
    command     = "aws"
    args = [
      "eks",
      "get-token",
      "--cluster-name",
      {{ cluster_name | hcl }},
      "--region",
      {{ region | hcl }},
{%- if has_role %}
      "--role-arn",
      {{ role | hcl }},
{%- endif %}
    ]
  }
}
{%- endif %}
{%- if has_kubernetes %}

provider "kubernetes" {
  host                   = {{ endpoint | hcl }}
  cluster_ca_certificate = base64decode({{ certificate | hcl }})

  exec {
    api_version = local.get_token.api_version
    command     = local.get_token.command
    args        = local.get_token.args
  }
}
{%- endif %}
{%- if has_helm %}

provider "helm" {
  kubernetes = {
    host                   = {{ endpoint | hcl }}
    cluster_ca_certificate = base64decode({{ certificate | hcl }})
    exec                   = local.get_token
  }
}
{%- endif %}
