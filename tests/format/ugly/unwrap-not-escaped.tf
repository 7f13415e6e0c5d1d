locals {
a="$${var.x}"
}
