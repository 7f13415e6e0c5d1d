resource "terraform_data" "a" {}

resource "terraform_data" "this" {
  depends_on = [one(terraform_data.a)]
}
