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
{%- if network.has_endpoint_ipv6 %}

# Machines of an IPv6 VPC find the endpoint's IPv6 address, too: {% if network.endpoint_ipv6_differs %}where the VPC's own range is let in, so are its IPv6 addresses{% else %}the VPC's own are let in{% endif %}.
resource "aws_vpc_security_group_ingress_rule" "endpoint_ipv6" {
{%- if network.endpoint_ipv6_differs %}
  count = {% if network.ipv6_differs %}var.ip_family == "ipv6" && {% endif %}contains(var.endpoint_private_cidrs, var.vpc_cidr) ? 1 : 0
{% endif %}
  security_group_id = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
  description       = "The Kubernetes API, from the VPC by IPv6."
  cidr_ipv6         = aws_vpc.this{{ network.index | hcl }}.ipv6_cidr_block
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443

  tags = { Name = "${var.name}-endpoint-ipv6" }
}
{%- endif %}
