terraform {
  backend "local" {}

  backend "s3" {}
}
