output "it" {
  value = foo
}
