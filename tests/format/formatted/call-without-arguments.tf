locals {
  a = timestamp()
}
