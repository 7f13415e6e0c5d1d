locals {
  a = "日本語"     # wide on screen, three columns here
  b = "nihongo" # seven
}
