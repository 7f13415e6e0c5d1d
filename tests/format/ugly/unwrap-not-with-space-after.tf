locals {
a="${var.x} "
}
