variable "names" {
  type = list(string)
}

output "it" {
  value = <<-EOT
    %{for index, name in var.names~}
    ${index}: ${name}
    %{endfor~}
    %{if length(var.names) == 0}none%{else}some%{endif}
  EOT
}
