locals {
  a /*name*/ = 1
}
