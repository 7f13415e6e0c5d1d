locals {
  a = "é" # one
  long_name = "ü" # two
}
