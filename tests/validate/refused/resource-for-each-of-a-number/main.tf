resource "terraform_data" "this" {
  for_each = 3
}
