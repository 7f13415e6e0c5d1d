output "o" {
  value = provider::nope::f("a")
}
