locals {
a = 1
/* a comment ends the group */
long_name = 2
}
