locals {
a=flatten([for k,v in var.m:[for s in v.subnets:{
key="${k}-${s}"
cidr=s.cidr
}]])
}
