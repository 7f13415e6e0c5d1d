resource "terraform_data" "this" {
  input = 1
}
resource "terraform_data" "that" {
}
