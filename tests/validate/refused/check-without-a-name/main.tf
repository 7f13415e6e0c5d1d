check {
  assert {
    condition     = 1 < 2
    error_message = "no"
  }
}
