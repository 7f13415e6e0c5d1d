resource "terraform_data" "this" {
  1st = 1
}
