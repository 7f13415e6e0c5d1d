resource "terraform_data" "this" {
  lifecycle {
    create_before_destroy = true
  }

  lifecycle {
    prevent_destroy = true
  }
}
