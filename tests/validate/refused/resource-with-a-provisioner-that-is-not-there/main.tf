resource "terraform_data" "this" {
  provisioner "nope" {}
}
