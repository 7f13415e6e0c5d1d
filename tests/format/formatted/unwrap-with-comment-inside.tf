locals {
  a = /* the id */ var.x
}
