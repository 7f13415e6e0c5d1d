locals {
a="${"text"}"
}
