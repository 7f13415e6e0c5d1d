locals {
  a        = 1  # one
  bb       = 22 # two
  c        = 3
  dddddddd = 4 # four
}
