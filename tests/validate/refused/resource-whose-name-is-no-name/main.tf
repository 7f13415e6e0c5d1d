resource "terraform_data" "9 x" {
}
