locals {
  it = "one"
}
