locals {
  a = "one	two"
}
