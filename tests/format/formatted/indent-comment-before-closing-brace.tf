locals {
  a = 1
  # last words
}
