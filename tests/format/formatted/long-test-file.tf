variables {
  name = "test"
}
run "creates_bucket" {
  command = plan
  module {
    source = "./testing/setup"
  }
  assert {
    condition     = aws_s3_bucket.this.bucket == "test-${run.setup.suffix}"
    error_message = "Wrong name: ${aws_s3_bucket.this.bucket}"
  }
  expect_failures = [var.name, ]
}
