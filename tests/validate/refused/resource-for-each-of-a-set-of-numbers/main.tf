resource "terraform_data" "this" {
  for_each = toset([1, 2])
}
