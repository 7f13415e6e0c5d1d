locals {
  a = 1
}
      # back at the left
