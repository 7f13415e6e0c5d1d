locals {
  a      = 1 # first
  longer = 2 // second
  /* third
     kind */
}
