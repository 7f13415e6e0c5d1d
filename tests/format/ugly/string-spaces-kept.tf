locals {
a = "  two   spaces  "
}
