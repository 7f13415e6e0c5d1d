locals {
  a = {}
  b = {
  }
}
