locals {
a={b={c={}}}
}
