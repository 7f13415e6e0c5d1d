resource "terraform_data" "this" {
  count = 1.5
}
