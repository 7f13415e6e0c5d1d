locals {
a="${~var.x~}"
}
