locals {
  a = { b = { c = {} } }
}
