locals {
a=""
}
