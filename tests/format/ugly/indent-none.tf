resource "aws_instance" "web" {
ami = "ami-1"
ebs_block_device {
device_name = "/dev/sdb"
}
}
