output "o" {
  value = chunklist(["a"])
}
