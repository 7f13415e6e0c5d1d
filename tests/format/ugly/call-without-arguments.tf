locals {
a=timestamp( )
}
