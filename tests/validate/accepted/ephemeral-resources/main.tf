terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

ephemeral "aws_secretsmanager_secret_version" "this" {
  secret_id = "x"
}

resource "aws_db_instance" "this" {
  instance_class      = "db.t3.micro"
  password_wo         = ephemeral.aws_secretsmanager_secret_version.this.secret_string
  password_wo_version = 1
}
