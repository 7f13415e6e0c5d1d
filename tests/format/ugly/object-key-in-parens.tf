locals {
a={( var.k )=1,(  "x"  )=2}
}
