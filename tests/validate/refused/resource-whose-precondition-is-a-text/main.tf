resource "terraform_data" "this" {
  lifecycle {
    precondition {
      condition     = "maybe"
      error_message = "no"
    }
  }
}
