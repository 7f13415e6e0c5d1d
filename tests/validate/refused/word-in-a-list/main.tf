terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_eks_cluster" "this" {
  name     = "x"
  role_arn = "arn:aws:iam::111111111111:role/x"

  enabled_cluster_log_types = ["api", "nope"]

  vpc_config {
    subnet_ids = ["subnet-1"]
  }
}
