variable "names" {
  type = map(string)
}

module "inner" {
  source   = "../inner"
  for_each = var.names

  name = each.value
}

output "names" {
  value = { for key, inner in module.inner : key => inner.name }
}
