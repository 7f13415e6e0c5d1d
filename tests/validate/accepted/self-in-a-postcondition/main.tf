resource "terraform_data" "this" {
  input = "x"

  lifecycle {
    postcondition {
      condition     = self.output != ""
      error_message = "it is ${self.id}"
    }
  }
}
