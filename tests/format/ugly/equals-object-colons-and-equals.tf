locals {
  tags = {
    a = 1
    long_name : 2
    b = 3
    cc = 4
  }
}
