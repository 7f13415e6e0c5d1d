locals {
  a = []
}
