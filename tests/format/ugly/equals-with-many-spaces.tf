locals {
  a          =          1
}
