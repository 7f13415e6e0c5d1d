variable "v" {
  type    = map(object({ a = list(map(string)), t = tuple([string, number]), s = set(bool) }))
  default = { x = { a = [{ k = 1 }], t = ["a", "1"], s = [true, "false"], more = 1 } }
}

output "o" {
  value = var.v
}
