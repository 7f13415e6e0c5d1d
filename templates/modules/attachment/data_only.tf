# mode = "data-only": what AWS says of a cluster that publishes no contract. Its subnets are told apart by the tags that load
# balancers find them by. The platform's decisions cannot be known: storage and ingress classes, node roles, DNS.

data "aws_vpc" "this" {
  count = var.mode == "data-only" ? 1 : 0

  id = data.aws_eks_cluster.this.vpc_config[0].vpc_id
}

data "aws_subnets" "private" {
  count = var.mode == "data-only" ? 1 : 0

  filter {
    name   = "vpc-id"
    values = [data.aws_eks_cluster.this.vpc_config[0].vpc_id]
  }

  tags = { "kubernetes.io/role/internal-elb" = "1" }

  lifecycle {
    postcondition {
      condition     = length(self.ids) > 0
      error_message = "No subnet of ${data.aws_eks_cluster.this.vpc_config[0].vpc_id}, the VPC of cluster ${var.cluster_name}, has the tag kubernetes.io/role/internal-elb = 1: nothing says which of them are private. Tag those, where the VPC is made."
    }
  }
}

data "aws_subnets" "public" {
  count = var.mode == "data-only" ? 1 : 0

  filter {
    name   = "vpc-id"
    values = [data.aws_eks_cluster.this.vpc_config[0].vpc_id]
  }

  tags = { "kubernetes.io/role/elb" = "1" }
}

data "aws_subnet" "private" {
  for_each = toset(flatten(data.aws_subnets.private[*].ids))

  id = each.value
}

data "aws_subnet" "public" {
  for_each = toset(flatten(data.aws_subnets.public[*].ids))

  id = each.value
}

locals {
  # Of several subnets in a zone, the first by its id.
  found_private_subnets = {
    for zone, ids in { for subnet in data.aws_subnet.private : subnet.availability_zone => subnet.id... } : zone => sort(ids)[0]
  }
  found_public_subnets = {
    for zone, ids in { for subnet in data.aws_subnet.public : subnet.availability_zone => subnet.id... } : zone => sort(ids)[0]
  }
}
