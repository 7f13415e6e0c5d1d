variable "m" {
  type = map(string)
}

variable "s" {
  type = set(string)
}

variable "a" {
  type = any
}

resource "terraform_data" "a" {
  for_each = var.m
}

resource "terraform_data" "b" {
  for_each = var.s
}

resource "terraform_data" "c" {
  for_each = var.a
}

resource "terraform_data" "d" {
  for_each = { for k, v in var.m : k => v }
}

resource "terraform_data" "e" {
  for_each = toset([for v in var.m : v])
}

resource "terraform_data" "f" {
  for_each = terraform_data.a
  input    = each.value.id
}

resource "terraform_data" "g" {
  for_each = var.m == null ? {} : var.m
}

resource "terraform_data" "h" {
  for_each = merge(var.m, { a = "b" })
}

resource "terraform_data" "i" {
  for_each = setunion(var.s, ["x"])
}

resource "terraform_data" "j" {
  for_each = {}
}
