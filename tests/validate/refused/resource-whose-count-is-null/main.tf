resource "terraform_data" "this" {
  count = null
}
