locals {
a=split(",",var.s) [0]
}
