locals {
a=max(var.list ...)
b=merge(var.maps...)
}
