locals {
a = 1
zones_of_the_region = [
"a"  ,
]
bbbb = 2
}
