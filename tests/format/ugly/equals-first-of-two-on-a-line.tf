locals {
  a = { b = 1 }
  long_name = { c = 2, d = 3 }
}
