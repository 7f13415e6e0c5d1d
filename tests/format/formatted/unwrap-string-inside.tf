locals {
  a = "text"
}
