locals {
a = "x${ {a=1}["a"] }"
}
