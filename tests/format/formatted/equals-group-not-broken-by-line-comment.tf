locals {
  a         = 1 # one
  long_name = 2
  bb        = 3 # three
}
