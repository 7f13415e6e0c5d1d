resource "terraform_data" "this" {
  lifecycle {
    precondition {
      error_message = "no"
    }
  }
}
