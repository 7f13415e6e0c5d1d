locals {
a=1- -2
b=1+ - 2
c=var.x== - 1
d=var.x&& - 1
}
