locals {
a = "x-${  var.x+1  }-${ max( 1,2 ) }"
}
