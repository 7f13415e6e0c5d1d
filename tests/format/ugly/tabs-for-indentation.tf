resource "aws_instance" "web" {
	ami = "ami-1"
	root_block_device {
		volume_size = 8
	}
}
