import {
  to   = terraform_data.this
  id   = "x"
  nope = 1
}

resource "terraform_data" "this" {

}
