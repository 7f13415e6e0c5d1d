output "o" {
  value = { (var.nope) = 1 }
}
