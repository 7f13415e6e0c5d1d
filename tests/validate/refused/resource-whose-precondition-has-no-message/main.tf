resource "terraform_data" "this" {
  lifecycle {
    precondition {
      condition = 1 < 2
    }
  }
}
