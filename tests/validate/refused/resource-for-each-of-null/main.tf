resource "terraform_data" "this" {
  for_each = null
}
