locals {
  a = "각" # three jamo: one column
  b = "각" # one code point: one column
  c = "xyz" # three letters
}
