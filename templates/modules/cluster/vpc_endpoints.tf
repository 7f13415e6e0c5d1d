# Services that the VPC reaches without the internet, besides S3.
{%- if network.has_interface_endpoints %}

{%- if network.endpoints_differ %}

locals {
  interface_endpoints = {{ network.interface_endpoints | hcl }}
}
{%- endif %}

resource "aws_security_group" "vpc_endpoints" {
{%- if network.endpoints_differ %}
  count = length(local.interface_endpoints) > 0 ? 1 : 0
{% endif %}
  name        = "${var.name}-vpc-endpoints"
  description = "Lets the VPC reach its interface endpoints."
  vpc_id      = {{ network.vpc_id | hcl }}

  tags = { Name = "${var.name}-vpc-endpoints" }
}

resource "aws_vpc_security_group_ingress_rule" "vpc_endpoints" {
  for_each = {{ endpoint_ranges | hcl }}

  security_group_id = aws_security_group.vpc_endpoints{{ endpoint_index | hcl }}.id
  description       = "HTTPS from the VPC."
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

# The services' usual names lead here: nothing that calls them has to know.
resource "aws_vpc_endpoint" "interface" {
  for_each = {% if network.endpoints_differ %}local.interface_endpoints{% else %}{{ network.interface_endpoints | hcl }}{% endif %}

  vpc_id              = {{ network.vpc_id | hcl }}
  vpc_endpoint_type   = "Interface"
  service_name        = "com.amazonaws.${var.region}.${each.key}"
  subnet_ids          = {{ network.private_subnet_list | hcl }}
  security_group_ids  = [aws_security_group.vpc_endpoints{{ endpoint_index | hcl }}.id]
  private_dns_enabled = true

  tags = { Name = "${var.name}-${each.key}" }
}
{%- endif %}
{%- if network.has_gateway_endpoints %}

resource "aws_vpc_endpoint" "gateway" {
  for_each = {{ network.gateway_endpoints | hcl }}

  vpc_id            = {{ network.vpc_id | hcl }}
  vpc_endpoint_type = "Gateway"
  service_name      = "com.amazonaws.${var.region}.${each.key}"
  route_table_ids   = [for zone in keys(var.zones) : aws_route_table.private[zone].id]

  tags = { Name = "${var.name}-${each.key}" }
}
{%- endif %}
