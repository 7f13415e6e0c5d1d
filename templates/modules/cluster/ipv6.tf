# IPv6: private subnets reach out through a gateway that lets nothing in. IPv4 keeps its own ways: nodes have both addresses, and
# pods reach IPv4 with their node's.
{%- if network.ipv6_differs %}

resource "aws_egress_only_internet_gateway" "this" {
  count = var.ip_family == "ipv6" ? 1 : 0

  vpc_id = aws_vpc.this{{ network.index | hcl }}.id

  tags = { Name = var.name }
}

resource "aws_route" "public_ipv6" {
  count = var.ip_family == "ipv6" ? 1 : 0

  route_table_id              = aws_route_table.public{{ network.index | hcl }}.id
  destination_ipv6_cidr_block = "::/0"
  gateway_id                  = aws_internet_gateway.this{{ network.index | hcl }}.id
}

resource "aws_route" "private_ipv6" {
  for_each = var.ip_family == "ipv6" ? var.zones : {}

  route_table_id              = aws_route_table.private[each.key].id
  destination_ipv6_cidr_block = "::/0"
  egress_only_gateway_id      = aws_egress_only_internet_gateway.this[0].id
}
{%- else %}

resource "aws_egress_only_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id

  tags = { Name = var.name }
}

resource "aws_route" "public_ipv6" {
  route_table_id              = aws_route_table.public.id
  destination_ipv6_cidr_block = "::/0"
  gateway_id                  = aws_internet_gateway.this.id
}

resource "aws_route" "private_ipv6" {
  for_each = var.zones

  route_table_id              = aws_route_table.private[each.key].id
  destination_ipv6_cidr_block = "::/0"
  egress_only_gateway_id      = aws_egress_only_internet_gateway.this.id
}
{%- endif %}

# AWS has no managed policy for it; what else vpc-cni needs, AmazonEKS_CNI_Policy lets it do.
resource "aws_iam_role_policy" "vpc_cni_ipv6" {
{%- if network.ipv6_differs %}
  count = var.ip_family == "ipv6" ? 1 : 0
{% endif %}
  name = "ipv6"
  role = aws_iam_role.vpc_cni.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "AssignAddresses"
        Effect   = "Allow"
        Action   = "ec2:AssignIpv6Addresses"
        Resource = "arn:${var.partition}:ec2:${var.region}:${var.account_id}:network-interface/*"
      },
    ]
  })
}
