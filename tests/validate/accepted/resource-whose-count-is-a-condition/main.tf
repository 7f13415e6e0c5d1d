variable "v" {
  type = bool
}

resource "terraform_data" "this" {
  count = var.v ? 1 : 0
  input = count.index
}
