variable "v" {
  type = string
}

resource "terraform_data" "this" {
  input = var.v

  provisioner "local-exec" {
    command = var.v
    when    = destroy
  }
}
