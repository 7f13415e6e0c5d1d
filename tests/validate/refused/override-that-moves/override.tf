moved {
  from = terraform_data.that
  to   = terraform_data.this
}
