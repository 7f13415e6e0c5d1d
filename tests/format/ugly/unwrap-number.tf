locals {
a="${1}"
}
