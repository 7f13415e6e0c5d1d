locals {
a = 1
merged_tags_of_all = merge(
var.tags,
{ a = 1 }
)
bbbb = 2
}
