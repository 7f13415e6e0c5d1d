locals {
  zones = [
    "a",
    # two is under repair
    "c",
  ]
}
