locals {
  a    = 1 # one
  long = 2 # two
}
