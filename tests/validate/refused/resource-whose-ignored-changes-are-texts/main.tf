resource "terraform_data" "this" {
  lifecycle {
    ignore_changes = ["nope"]
  }
}
