locals {
  a = { b = 1
    c = 2
  long = 3 }
}
