locals {
  a = 1
  tags = {
    x = 1
  }
  long_name = 2
  b         = 3
}
