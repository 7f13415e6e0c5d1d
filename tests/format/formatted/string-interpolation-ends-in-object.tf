locals {
  a = "x${jsonencode({ a = 1 })}${ {} }"
}
