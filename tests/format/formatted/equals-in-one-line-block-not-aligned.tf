resource "aws_instance" "web" {
  a = 1
  timeouts { create = "5m" }
  long_name = 2
}
