locals {
  a = {
    b    = 1, c = 2
    long = 3, d = 4
  }
}
