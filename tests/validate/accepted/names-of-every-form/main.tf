resource "terraform_data" "_a-b" {
}

locals {
  _x = terraform_data._a-b.id
}

output "o" {
  value = local._x
}
