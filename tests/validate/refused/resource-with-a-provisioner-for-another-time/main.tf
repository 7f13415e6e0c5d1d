resource "terraform_data" "this" {
  provisioner "local-exec" {
    command = "true"
    when    = later
  }
}
