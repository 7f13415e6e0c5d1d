locals {
  zones = [
    "a",
  ] # done
}
