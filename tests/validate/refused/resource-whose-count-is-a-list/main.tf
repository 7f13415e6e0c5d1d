resource "terraform_data" "this" {
  count = ["a"]
}
