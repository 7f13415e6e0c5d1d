resource "terraform_data" "a" {}

resource "terraform_data" "this" {
  depends_on = ["terraform_data.a"]
}
