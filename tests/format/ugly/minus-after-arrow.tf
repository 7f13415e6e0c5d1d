locals {
a={for k,v in var.m:k=>-1}
}
