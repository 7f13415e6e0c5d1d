output "o" {
  value = core::nope("a")
}
