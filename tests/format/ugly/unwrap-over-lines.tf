locals {
a="${
var.x
}"
}
