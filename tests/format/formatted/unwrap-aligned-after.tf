locals {
  a         = var.x        # one
  long_name = "${var.y}-z" # two
}
