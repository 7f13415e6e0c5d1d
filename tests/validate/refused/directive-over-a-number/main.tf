output "o" {
  value = "%{ for v in 3 }${v}%{ endfor }"
}
