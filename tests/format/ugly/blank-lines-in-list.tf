locals {
zones = [

"a",


"b",

]
}
