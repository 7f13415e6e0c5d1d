locals {
a={ }
b={
}
}
