locals {
  a = [-1, -2]
  b = max(-1, -2)
  c = (-1)
}
