resource aws_security_group web {
name="${var.name}-web"
vpc_id="${module.vpc.vpc_id}"

  ingress {
  description="TLS"
  from_port=443
to_port=443
    protocol="tcp"
  cidr_blocks=["0.0.0.0/0"]   # everyone
  ipv6_cidr_blocks=["::/0"]# everyone else
  }
egress{
from_port=0
to_port=0
protocol="-1"
cidr_blocks=["0.0.0.0/0"]
}
lifecycle{create_before_destroy=true}
}
