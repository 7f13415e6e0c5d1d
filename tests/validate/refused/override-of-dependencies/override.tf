resource "terraform_data" "this" {
  depends_on = [terraform_data.that]
}
