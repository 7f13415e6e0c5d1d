locals {
  a="one	two"
}
