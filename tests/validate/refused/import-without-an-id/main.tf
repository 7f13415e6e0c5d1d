import {
  to = terraform_data.this
}

resource "terraform_data" "this" {

}
