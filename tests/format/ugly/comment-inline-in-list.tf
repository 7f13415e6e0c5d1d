locals {
a = [/*none*/]
}
