# A thing of the Internet of Things: its schema is not among those that plinth has.
resource "aws_iot_thing" "lamp" {
  name = var.name
}
