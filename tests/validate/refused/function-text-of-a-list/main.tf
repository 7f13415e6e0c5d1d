output "o" {
  value = tostring(["a"])
}
