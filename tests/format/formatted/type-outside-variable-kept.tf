resource "aws_thing" "a" {
  type = "list"
  kind = list
}
