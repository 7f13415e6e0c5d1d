resource "terraform_data" "this" {
  depends_on = ["a b"]
}
