resource "terraform_data" "this" {
  lifecycle {
    nope {}
  }
}
