locals {
  a    = 1
  long = 2
}
