# A VPC that exists already. Nothing is made in it{% if network.has_tags %} but tags{% endif %}: what the blueprint says of it is compared with what it is.
{%- if network.is_mixed %}

locals {
  # A cluster has a VPC of its own or is in one that exists already: of each pair one is empty.
  vpc_id             = var.vpc_id == null ? aws_vpc.this[0].id : var.vpc_id
  private_subnet_ids = merge({ for zone, subnet in aws_subnet.private : zone => subnet.id }, var.private_subnet_ids)
  public_subnet_ids  = merge({ for zone, subnet in aws_subnet.public : zone => subnet.id }, var.public_subnet_ids)
}
{%- endif %}

data "aws_vpc" "existing" {
{%- if network.is_mixed %}
  count = var.vpc_id == null ? 0 : 1
{% endif %}
  id = var.vpc_id

  lifecycle {
    postcondition {
      condition     = self.cidr_block == var.vpc_cidr
      error_message = "VPC ${self.id} has the range ${self.cidr_block}, not ${var.vpc_cidr}. Write that range as network.cidr of ${var.name} in the blueprint."
    }

    postcondition {
      condition     = self.enable_dns_support && self.enable_dns_hostnames
      error_message = "VPC ${self.id} has DNS support or DNS hostnames switched off: nodes of ${var.name} could not join. Switch both on, where the VPC is made."
    }
  }
}

# A subnet's zone and VPC are compared, and never used: an id that comes from a look-up could replace the cluster.
{%- for kind in subnet_kinds %}

data "aws_subnet" "{{ kind.name | ident }}" {
  for_each = var.{{ kind.name | ident }}_subnet_ids

  id = each.value

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.vpc_id
      error_message = "Subnet ${self.id} lies in ${self.vpc_id}, not in ${var.vpc_id}. Name a subnet of that VPC in network.{{ kind.name | text }}_subnets of ${var.name}."
    }

    postcondition {
      condition     = self.availability_zone == each.key
      error_message = "Subnet ${self.id} lies in ${self.availability_zone}, not in ${each.key}. Write it under its own zone in network.{{ kind.name | text }}_subnets of ${var.name}."
    }
{%- if kind.is_private %}

    # Zones are refused by id: a letter names another zone in each account.
    postcondition {
      condition     = !contains({{ network.refused_zone_ids | hcl }}, self.availability_zone_id)
      error_message = "Subnet ${self.id} lies in zone ${self.availability_zone_id}, in which EKS makes no control plane. Name a subnet of another zone in network.private_subnets of ${var.name}."
    }
{%- endif %}
{%- if kind.tag and network.checks_tags %}

    postcondition {
      condition     = {% if network.tags_differ %}var.tag_subnets || {% endif %}contains(["", "1"], lookup(self.tags, {{ kind.tag | hcl }}, "missing"))
      error_message = "Subnet ${self.id} (${each.key}) has no tag {{ kind.tag | text }} = 1, so no load balancer of ${var.name} finds it. Tag it where the VPC is made; in an account that shares the VPC, whose tags others do not see, write tag_subnets = true."
    }
{%- endif %}
  }
}
{%- endfor %}

# EKS wants six free addresses in each subnet and advises sixteen. This warns only: later, when pods have taken them, it must not
# stop the plan that mends it.
check "free_addresses" {
  assert {
    condition = alltrue([for subnet in data.aws_subnet.private : subnet.available_ip_address_count >= 16])
    error_message = join(" ", [
      for zone, subnet in data.aws_subnet.private :
      "Subnet ${subnet.id} (${zone}) has ${subnet.available_ip_address_count} free addresses: EKS wants 6 to make or upgrade a cluster and advises 16, and nodes and pods take theirs besides. Give ${var.name} a larger one."
      if subnet.available_ip_address_count < 16
    ])
  }
{%- if network.has_existing_pods %}

  assert {
    condition = alltrue([for subnet in data.aws_subnet.pod : subnet.available_ip_address_count >= 16])
    error_message = join(" ", [
      for zone, subnet in data.aws_subnet.pod :
      "Subnet ${subnet.id} (${zone}) has ${subnet.available_ip_address_count} free addresses for pods: a node takes them 16 at a time. Give ${var.name} a larger one."
      if subnet.available_ip_address_count < 16
    ])
  }
{%- endif %}
}
{%- if network.has_tags %}

# Load balancers find their subnets by these tags. Of a shared VPC each account sees its own tags only.

resource "aws_ec2_tag" "private" {
  for_each = {% if network.tags_differ %}var.tag_subnets ? var.private_subnet_ids : {}{% else %}var.private_subnet_ids{% endif %}

  resource_id = each.value
  key         = "kubernetes.io/role/internal-elb"
  value       = "1"
}

resource "aws_ec2_tag" "public" {
  for_each = {% if network.tags_differ %}var.tag_subnets ? var.public_subnet_ids : {}{% else %}var.public_subnet_ids{% endif %}

  resource_id = each.value
  key         = "kubernetes.io/role/elb"
  value       = "1"
}
{%- endif %}
