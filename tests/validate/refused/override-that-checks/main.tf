resource "terraform_data" "this" {
  input = 1
}
