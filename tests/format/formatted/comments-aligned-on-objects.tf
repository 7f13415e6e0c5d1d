locals {
  a = {   # first
    b = 1 # second
  }       # third
}
