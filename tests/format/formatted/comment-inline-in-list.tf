locals {
  a = [/*none*/]
}
