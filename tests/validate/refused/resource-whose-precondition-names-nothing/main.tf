resource "terraform_data" "this" {
  lifecycle {
    precondition {
      condition     = true
      error_message = "no"
    }
  }
}
