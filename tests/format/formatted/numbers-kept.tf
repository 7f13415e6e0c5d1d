locals {
  a = 1.50
  b = 1e3
  c = 007
}
