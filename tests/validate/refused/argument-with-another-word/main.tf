terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_eks_node_group" "this" {
  cluster_name    = "main"
  node_group_name = "core"
  node_role_arn   = "arn:aws:iam::111111111111:role/node"
  subnet_ids      = ["subnet-1"]
  capacity_type   = "ONDEMAND"

  scaling_config {
    desired_size = 1
    max_size     = 1
    min_size     = 1
  }
}
