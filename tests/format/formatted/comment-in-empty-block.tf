resource "aws_vpc" "main" {
  # nothing
}
