resource "terraform_data" "this" {
  provisioner "local-exec" {
    command = "true"
    nope    = 1
  }
}
