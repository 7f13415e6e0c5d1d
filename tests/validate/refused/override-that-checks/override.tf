check "x" {
  assert {
    condition     = terraform_data.this.id != null
    error_message = "x"
  }
}
