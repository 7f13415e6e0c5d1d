locals {
  zones = [
    "a",
  ]# done
}
