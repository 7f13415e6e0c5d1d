resource "terraform_data" "a" {
  count = 1
}

moved {
  from = terraform_data.a[5]
  to   = terraform_data.a[0]
}
