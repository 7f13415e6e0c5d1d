locals {
  a = {
    "b"        = 1
    "long-key" = 2
  }
}
