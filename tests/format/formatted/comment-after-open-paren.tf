locals {
  a = merge( # all tags
    var.a,
    var.b
  )
}
