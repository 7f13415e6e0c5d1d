output "other" {
  value = 1
}

resource "terraform_data" "this" {
  input = 1
}

locals {
  nothing = 1
}

variable "other" {
  default = 1
}
