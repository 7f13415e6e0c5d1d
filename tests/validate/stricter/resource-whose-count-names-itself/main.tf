resource "terraform_data" "this" {
  count = length(terraform_data.this)
}
