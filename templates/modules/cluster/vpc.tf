resource "aws_vpc" "this" {
{%- if network.is_mixed %}
  count = var.vpc_id == null ? 1 : 0
{% endif %}
  cidr_block           = var.vpc_cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
{%- if network.has_ipv6 %}

  # A /56 that AWS chooses; each subnet takes a /64 of it.
  assign_generated_ipv6_cidr_block = {% if network.ipv6_differs %}var.ip_family == "ipv6" ? true : null{% else %}true{% endif %}
{%- endif %}

  tags = { Name = var.name }
}

# Nothing uses the default group; without rules, nothing can by accident.
resource "aws_default_security_group" "this" {
{%- if network.is_mixed %}
  count = var.vpc_id == null ? 1 : 0
{% endif %}
  vpc_id = aws_vpc.this{{ network.index | hcl }}.id

  tags = { Name = "${var.name}-default-unused" }
}

resource "aws_internet_gateway" "this" {
{%- if network.is_mixed %}
  count = var.vpc_id == null ? 1 : 0
{% endif %}
  vpc_id = aws_vpc.this{{ network.index | hcl }}.id

  tags = { Name = var.name }
}

# Public subnets: NAT gateways and internet-facing load balancers.

resource "aws_subnet" "public" {
  for_each = var.zones

  vpc_id                  = aws_vpc.this{{ network.index | hcl }}.id
  availability_zone       = each.key
  cidr_block              = each.value.public_cidr
  map_public_ip_on_launch = false
{%- if network.has_ipv6 %}

{%- if network.ipv6_differs %}
  ipv6_cidr_block                 = var.ip_family == "ipv6" ? cidrsubnet(aws_vpc.this{{ network.index | hcl }}.ipv6_cidr_block, 8, each.value.public_ipv6) : null
  assign_ipv6_address_on_creation = var.ip_family == "ipv6"
{%- else %}
  ipv6_cidr_block                 = cidrsubnet(aws_vpc.this{{ network.index | hcl }}.ipv6_cidr_block, 8, each.value.public_ipv6)
  assign_ipv6_address_on_creation = true
{%- endif %}
{%- endif %}

  tags = {
    Name                     = "${var.name}-public-${each.key}"
    "kubernetes.io/role/elb" = "1"
  }
}

resource "aws_route_table" "public" {
{%- if network.is_mixed %}
  count = var.vpc_id == null ? 1 : 0
{% endif %}
  vpc_id = aws_vpc.this{{ network.index | hcl }}.id

  tags = { Name = "${var.name}-public" }
}

resource "aws_route" "public_internet" {
{%- if network.is_mixed %}
  count = var.vpc_id == null ? 1 : 0
{% endif %}
  route_table_id         = aws_route_table.public{{ network.index | hcl }}.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this{{ network.index | hcl }}.id
}

resource "aws_route_table_association" "public" {
  for_each = aws_subnet.public

  subnet_id      = each.value.id
  route_table_id = aws_route_table.public{{ network.index | hcl }}.id
}

# Private subnets: nodes{% if network.pods_differ or not network.has_pods %}, pods{% endif %} and internal load balancers.{% if has_karpenter %} Karpenter finds them by the discovery tag.{% endif %}

resource "aws_subnet" "private" {
  for_each = var.zones

  vpc_id                  = aws_vpc.this{{ network.index | hcl }}.id
  availability_zone       = each.key
  cidr_block              = each.value.private_cidr
  map_public_ip_on_launch = false
{%- if network.has_ipv6 %}

{%- if network.ipv6_differs %}
  ipv6_cidr_block                 = var.ip_family == "ipv6" ? cidrsubnet(aws_vpc.this{{ network.index | hcl }}.ipv6_cidr_block, 8, each.value.private_ipv6) : null
  assign_ipv6_address_on_creation = var.ip_family == "ipv6"
{%- else %}
  ipv6_cidr_block                 = cidrsubnet(aws_vpc.this{{ network.index | hcl }}.ipv6_cidr_block, 8, each.value.private_ipv6)
  assign_ipv6_address_on_creation = true
{%- endif %}
{%- endif %}

  tags = {
    Name                              = "${var.name}-private-${each.key}"
    "kubernetes.io/role/internal-elb" = "1"
{%- if has_karpenter %}
    "karpenter.sh/discovery"          = var.name
{%- endif %}
  }
}

resource "aws_route_table" "private" {
  for_each = var.zones

  vpc_id = aws_vpc.this{{ network.index | hcl }}.id

  tags = { Name = "${var.name}-private-${each.key}" }
}

resource "aws_route_table_association" "private" {
  for_each = aws_subnet.private

  subnet_id      = each.value.id
  route_table_id = aws_route_table.private[each.key].id
}

# Egress: each zone goes out through its own NAT gateway where it has one, else through the first.

resource "aws_eip" "nat" {
  for_each = toset(var.nat_zones)

  domain = "vpc"

  tags = { Name = "${var.name}-nat-${each.key}" }

  depends_on = [aws_internet_gateway.this]
}

resource "aws_nat_gateway" "this" {
  for_each = toset(var.nat_zones)

  allocation_id = aws_eip.nat[each.key].id
  subnet_id     = aws_subnet.public[each.key].id

  tags = { Name = "${var.name}-${each.key}" }

  depends_on = [aws_route.public_internet]
}

resource "aws_route" "private_internet" {
  for_each = var.zones

  route_table_id         = aws_route_table.private[each.key].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[contains(var.nat_zones, each.key) ? each.key : var.nat_zones[0]].id
}

# Image layers come from S3: through the gateway endpoint they cost no NAT traffic.
resource "aws_vpc_endpoint" "s3" {
{%- if network.is_mixed %}
  count = var.vpc_id == null ? 1 : 0
{% endif %}
  vpc_id            = aws_vpc.this{{ network.index | hcl }}.id
  vpc_endpoint_type = "Gateway"
  service_name      = "com.amazonaws.${var.region}.s3"
  route_table_ids   = [for zone in keys(var.zones) : aws_route_table.private[zone].id]

  tags = { Name = "${var.name}-s3" }
}
