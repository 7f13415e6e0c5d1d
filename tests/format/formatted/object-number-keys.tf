locals {
  a = {
    1  = "one"
    10 = "ten"
  }
}
