# Things of the Internet of Things: their schema is not among those that plinth has.
resource "aws_iot_thing" "lamp" {
  name = var.name
}

resource "aws_iot_thing" "lantern" {
  name = var.name
}
