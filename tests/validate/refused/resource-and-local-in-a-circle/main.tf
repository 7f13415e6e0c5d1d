locals {
  a = terraform_data.this.id
}

resource "terraform_data" "this" {
  input = local.a
}
