variable "v" {
  type = list(string)
}

resource "terraform_data" "this" {
  for_each = var.v
}
