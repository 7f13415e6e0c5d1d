locals {
  a = "  two   spaces  "
}
