variable "v" {
  type = bool
}

resource "terraform_data" "this" {
  input = var.v

  lifecycle {
    prevent_destroy = var.v
  }
}
