resource "aws_sqs_queue" "this" {
  delay_seconds = "nothing, and another file overrides it"
}
