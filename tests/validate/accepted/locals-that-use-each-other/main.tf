locals {
  base  = { a = { size = 1 }, b = { size = 2 } }
  sizes = { for name, it in local.base : name => it.size }
  total = sum(values(local.sizes))
}

output "it" {
  value = "${local.total} ${local.base.a.size}"
}
