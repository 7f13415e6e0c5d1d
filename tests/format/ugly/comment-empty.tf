#
locals {
#
a = 1 #
}
