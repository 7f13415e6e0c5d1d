output "o" {
  value = [for v in ["a"] : v if [1]]
}
