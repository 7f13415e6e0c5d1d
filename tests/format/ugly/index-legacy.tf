locals {
a=aws_instance.web.0.id
}
