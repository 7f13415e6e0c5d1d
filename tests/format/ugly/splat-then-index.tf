locals {
a=aws_instance.web[*].tags["Name"]
b=aws_instance.web.*.id[0]
}
