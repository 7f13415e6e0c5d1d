variable "v" {
  type = string
}

resource "terraform_data" "this" {
  input = var.v

  lifecycle {
    replace_triggered_by = [var.v]
  }
}
