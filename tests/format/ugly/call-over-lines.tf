locals {
a=merge(
var.a,
{
b=1
},
var.c
)
}
