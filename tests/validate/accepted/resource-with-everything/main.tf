variable "v" {
  type = bool
}

resource "terraform_data" "a" {}

resource "terraform_data" "this" {
  for_each   = { a = 1, b = 2 }
  depends_on = [terraform_data.a]
  input      = "${each.key}${each.value}"

  lifecycle {
    create_before_destroy = true
    prevent_destroy       = false
    ignore_changes        = [input]
    replace_triggered_by  = [terraform_data.a.id, terraform_data.a]

    precondition {
      condition     = var.v
      error_message = "no"
    }

    postcondition {
      condition     = self.id != ""
      error_message = "no"
    }
  }

  connection {
    host = "x"
  }

  provisioner "local-exec" {
    when       = destroy
    on_failure = continue
    command    = "echo ${self.id} ${each.key}"
  }
}
