locals {
  a = 1/*one*/# two
  bb = 22 # three
}
