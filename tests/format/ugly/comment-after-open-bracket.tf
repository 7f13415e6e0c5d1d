locals {
  a = [# all zones
    "a",
  ]
}
