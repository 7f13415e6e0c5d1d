resource "terraform_data" "this" {
  provisioner "local-exec" {
    when    = "destroy"
    command = "true"
  }
}
