terraform{
required_version=">= 1.6"
backend "s3"{
bucket="state"
key="app/terraform.tfstate"
region="eu-west-1"
use_lockfile=true
}
required_providers{
aws={source="hashicorp/aws",version="~> 5.0"}
}
}

provider aws {
region=var.region
assume_role{
role_arn="arn:aws:iam::${var.account}:role/deploy"
}
default_tags{
tags={
Project=var.project,
ManagedBy="plinth"
}
}
}
