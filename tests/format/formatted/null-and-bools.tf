locals {
  a   = null
  b   = true
  ccc = false
}
