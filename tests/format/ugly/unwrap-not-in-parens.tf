locals {
a=("${var.x}")
}
