locals {
  a = "x ${~var.x~} y"
}
