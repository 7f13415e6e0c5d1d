locals {
  a = (
    var.x # the flag
    ? 1   # on
    : 2   # off
  )
}
