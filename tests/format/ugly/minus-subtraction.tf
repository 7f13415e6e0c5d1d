locals {
a=var.x - 1
b=(var.x) -1
c=1- 1
d=length(var.l)-1
e=var.l[0]-1
f="1"-1
}
