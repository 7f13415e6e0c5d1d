region      = "eu-west-1"
environment = "prod"
n           = 3
