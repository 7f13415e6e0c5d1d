resource "terraform_nope" "this" {
}
