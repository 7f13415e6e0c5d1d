data "terraform_remote_state" "this" {
  backend = "local"

  config = {
    path = "x.tfstate"
  }
}

output "o" {
  value = data.terraform_remote_state.this.outputs.x
}
