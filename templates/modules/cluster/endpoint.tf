# The private endpoint is behind the cluster security group, which lets in what carries it: the control plane, nodes, pods. Who
# else calls the Kubernetes API from a network is let in here; port 443 of nodes and pods is then open to these ranges, too.
resource "aws_vpc_security_group_ingress_rule" "endpoint" {
  for_each = toset(var.endpoint_private_cidrs)

  security_group_id = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
  description       = "The Kubernetes API, from networks that are routed to the VPC."
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443

  tags = { Name = "${var.name}-endpoint-${each.key}" }
}
