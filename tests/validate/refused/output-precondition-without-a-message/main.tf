output "o" {
  value = 1

  precondition {
    condition = 1 < 2
  }
}
