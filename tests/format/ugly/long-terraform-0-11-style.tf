resource "aws_instance" "web" {
  count = "${var.count}"
  ami = "${lookup(var.amis, var.region)}"
  instance_type = "${var.type}"
  subnet_id = "${element(var.subnets, count.index)}"
  vpc_security_group_ids = ["${aws_security_group.web.id}"]
  user_data = "${data.template_file.init.rendered}"
  tags {
    Name = "${format("web-%02d", count.index + 1)}"
    Env = "${var.env}"
  }
}
output "ips" {
  value = ["${aws_instance.web.*.public_ip}"]
}
