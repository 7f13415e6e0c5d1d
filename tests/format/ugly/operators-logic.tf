locals {
a=var.x&&var.y||!var.z
}
