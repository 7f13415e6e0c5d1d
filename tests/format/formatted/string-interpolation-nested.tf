locals {
  a = "x-${join(",", [for k in var.l : "${k}-y"])}"
}
