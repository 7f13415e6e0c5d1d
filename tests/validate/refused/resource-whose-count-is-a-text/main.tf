resource "terraform_data" "this" {
  count = "two"
}
