resource "terraform_data" "this" {
  count    = 1
  for_each = toset(["a"])
}
