locals {
a=! var.x
b=!(var.x&&var.y)
c=!  !var.x
}
