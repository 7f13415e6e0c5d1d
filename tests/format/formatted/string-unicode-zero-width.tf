locals {
  a = "x​y" # a zero-width space: a column of its own
  b = "x‍y"  # a joiner: none
  c = "xyz" # three letters
}
