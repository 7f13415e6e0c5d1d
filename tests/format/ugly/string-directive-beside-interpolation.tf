locals {
a = "%{ if var.x }${ var.y }%{ endif }"
}
