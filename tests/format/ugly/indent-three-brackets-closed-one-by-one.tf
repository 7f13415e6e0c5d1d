locals {
a = concat([{
b = 1
}
]
)
c = 2
}
