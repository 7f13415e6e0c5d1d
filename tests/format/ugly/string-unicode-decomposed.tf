locals {
  a="é"# with a combining accent: one column
  b = "é" # composed: one column
  c = "e" # plain: one column
}
