locals {
  a = 1  # one
  b = 22 # two
}
