provider "aws" {
  region           = "us-east-1"
  allowed_accounts = ["111111111111"]
}
