variable "v" {
  type = bool
}

resource "terraform_data" "this" {
  for_each = var.v ? toset(["a"]) : []
}
