#
locals {
  #
  a = 1 #
}
