locals {
a={
b=[
{
c=1
dd=2
},
{
c=3
}
]
}
}
