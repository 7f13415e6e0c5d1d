locals {
a=var.x=="y"?"a":"b"
}
