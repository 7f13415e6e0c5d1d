resource "aws_instance" "web" {
  key_name = var.key == "" ? null : var.key
  count    = var.enabled ? 1 : 0
}
