locals {
a=["${var.x}"]
}
