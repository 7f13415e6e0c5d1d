locals {
  a = 1 # one
  bb = 22 // two
  ccc = 333 /* three */
}
