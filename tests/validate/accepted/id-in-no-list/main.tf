resource "terraform_data" "a" {
  count = 2
}

output "o" {
  value = [terraform_data.a[*].id, terraform_data.a[0].id, terraform_data.a.1.id, one(terraform_data.a[*]), try(terraform_data.a[5], null), length(terraform_data.a)]
}
