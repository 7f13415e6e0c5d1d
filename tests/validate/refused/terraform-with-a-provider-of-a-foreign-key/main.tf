terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
      nope   = 1
    }
  }
}
