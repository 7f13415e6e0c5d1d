terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "aws_eks_cluster" "this" {
  name     = "main"
  role_arn = "arn:aws:iam::111111111111:role/cluster"

  vpc_configg {
    subnet_ids = ["subnet-1", "subnet-2"]
  }
}
