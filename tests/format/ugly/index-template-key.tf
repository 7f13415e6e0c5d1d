locals {
a=var.m["${ var.k }-x"]
}
