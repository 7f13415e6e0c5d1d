locals {
  a = {
    é      = 1
    "日本語"  = 2
    longer = 3
  }
}
