locals {
  a = 1# tight
  b = 2        # far
}
