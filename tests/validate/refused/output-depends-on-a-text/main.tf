output "o" {
  value      = 1
  depends_on = ["a b"]
}
