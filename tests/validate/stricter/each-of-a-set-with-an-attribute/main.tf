resource "terraform_data" "this" {
  for_each = toset(["a"])
  input    = each.value.nope
}
