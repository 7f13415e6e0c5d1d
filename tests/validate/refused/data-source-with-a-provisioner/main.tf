terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

data "aws_region" "this" {
  provisioner "local-exec" {
    command = "true"
  }
}

output "o" {
  value = data.aws_region.this.region
}
