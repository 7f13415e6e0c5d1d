locals {
  a = ""
}
