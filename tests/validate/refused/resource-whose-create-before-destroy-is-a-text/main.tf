resource "terraform_data" "this" {
  lifecycle {
    create_before_destroy = "maybe"
  }
}
