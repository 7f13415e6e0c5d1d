#no space after the hash
locals {
#none here either
}
