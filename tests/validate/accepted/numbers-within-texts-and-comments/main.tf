# 10.0.0.0
locals {
  a = [[1, 2], [3]]
  text = <<-EOT
    10.0.0.0 and ${1.5}.0.0 1.2.3
  EOT
}

output "o" {
  value = [local.text, "a ${2}.5.5 10.0.0.0", local.a[0][1], local.a.0] // 1.2.3.4
}
/* 10.0.0.0 */
