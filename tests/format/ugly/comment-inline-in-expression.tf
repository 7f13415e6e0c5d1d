locals {
  a = 1+/*two*/2
}
