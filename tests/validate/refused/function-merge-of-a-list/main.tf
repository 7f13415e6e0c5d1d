output "o" {
  value = merge({}, ["a"])
}
