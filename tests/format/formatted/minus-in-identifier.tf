locals {
  a = var.my-name
  b = var.my - name
}
