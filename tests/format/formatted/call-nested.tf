locals {
  a = upper(trimspace(join("-", ["a", "b"])))
}
