resource "terraform_data" "b" {
  for_each = { x = 1 }
}

moved {
  from = terraform_data.a["y"]
  to   = terraform_data.b["x"]
}
