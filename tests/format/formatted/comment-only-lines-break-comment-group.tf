locals {
  a = 1 # one
  # between
  long_name = 2 # two
}
