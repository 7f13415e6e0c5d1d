# Pods have subnets of their own: nodes stay in the private ones. Inside the VPC a pod is seen with its own address; what
# leaves the VPC takes the node's (AWS_VPC_K8S_CNI_EXTERNALSNAT is off, as by default), so it goes the private subnets' way, and
# no network outside needs a route to the pods' range.
{%- if network.has_pod_cidr %}

resource "aws_vpc_ipv4_cidr_block_association" "pods" {
{%- if network.pod_cidr_differs %}
  count = var.pod_cidr == null ? 0 : 1
{% endif %}
  vpc_id     = aws_vpc.this{{ network.index | hcl }}.id
  cidr_block = var.pod_cidr
}

resource "aws_subnet" "pods" {
  for_each = {% if network.pod_cidr_differs %}var.pod_cidr == null ? {} : var.zones{% else %}var.zones{% endif %}

  vpc_id                  = aws_vpc.this{{ network.index | hcl }}.id
  availability_zone       = each.key
  cidr_block              = each.value.pod_cidr
  map_public_ip_on_launch = false

  tags = { Name = "${var.name}-pods-${each.key}" }

  # Before it the VPC does not have the range.
  depends_on = [aws_vpc_ipv4_cidr_block_association.pods]
}

resource "aws_route_table_association" "pods" {
  for_each = aws_subnet.pods

  subnet_id      = each.value.id
  route_table_id = aws_route_table.private[each.key].id
}
{%- endif %}

locals {
  pod_subnet_ids = {{ network.pod_subnets | hcl }}

  # Add-on vpc-cni makes an ENIConfig of each, named as the zone. Nothing but the cluster security group is in
  # it: with another one, pods and control plane would not reach each other.
  eni_subnets = {
    for zone, id in local.pod_subnet_ids : zone => {
      id             = id
      securityGroups = [aws_eks_cluster.this.vpc_config[0].cluster_security_group_id]
    }
  }
{%- if network.pods_differ %}

  # Over what every cluster tells it; nothing where pods share the private subnets.
  vpc_cni_pods = {
    for key, value in {{ vpc_cni | hcl }} : key => value
    if length(local.pod_subnet_ids) > 0
  }
{%- endif %}
}
