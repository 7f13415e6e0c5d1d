resource "terraform_data" "b" {}

moved {
  from = module.a
  to   = terraform_data.b
}
