resource "terraform_data" "this" {
  lifecycle {
    replace_triggered_by = [terraform_data.nope]
  }
}
