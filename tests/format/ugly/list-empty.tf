locals {
a=[ ]
}
