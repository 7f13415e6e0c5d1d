terraform {
  required_version = ">= 1.5, < 2.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0, != 6.1.0"
    }
  }

  backend "s3" {
    bucket       = "b"
    key          = "k"
    region       = "us-east-1"
    use_lockfile = true
  }

  provider_meta "aws" {}
}

moved {
  from = terraform_data.old
  to   = terraform_data.this["a"]
}

moved {
  from = module.old
  to   = module.new
}

removed {
  from = terraform_data.gone

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.x.terraform_data.gone

  lifecycle {
    destroy = true
  }

  provisioner "local-exec" {
    when    = destroy
    command = "echo ${self.id}"
  }
}

import {
  for_each = { a = "x" }
  to       = terraform_data.this[each.key]
  id       = each.value
}

resource "terraform_data" "this" {
  for_each = { a = 1 }
}

check "c" {
  data "aws_region" "a" {
    provider   = aws.east
    depends_on = [terraform_data.this]
  }

  assert {
    condition     = data.aws_region.a.region == "x"
    error_message = "it is ${data.aws_region.a.region}"
  }
}

provider "aws" {
  alias = "east"
}

module "new" {
  source = "./m"
}
