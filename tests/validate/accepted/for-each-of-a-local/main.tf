locals {
  a = { for v in ["x"] : v => v }
  b = toset(keys(local.a))
}

resource "terraform_data" "this" {
  for_each = local.a
}

resource "terraform_data" "b" {
  for_each = local.b
}
