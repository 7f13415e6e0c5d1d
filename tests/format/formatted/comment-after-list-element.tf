locals {
  zones = [
    "a",      # first
    "longer", # second
    "c"       # last
  ]
}
