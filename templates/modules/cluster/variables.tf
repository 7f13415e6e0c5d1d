# Identity: no defaults, always passed.

variable "name" {
  description = "Name of the EKS cluster; the prefix of everything that belongs to it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,{{ name_length | hcl }}}$", var.name))
    error_message = "name takes lower-case letters, digits and hyphens, a letter first, {{ name_length_words | hcl }} characters at most."
  }
}

variable "account_id" {
  description = "AWS account of the cluster."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id has twelve digits."
  }
}

variable "region" {
  description = "AWS region of the cluster."
  type        = string
}

variable "partition" {
  description = "Partition of the region, for ARNs: aws, aws-us-gov."
  type        = string
}

variable "tags" {
  description = "Tags of nodes, volumes and network interfaces, which the provider's default tags do not reach."
  type        = map(string)
}

variable "vpc_cidr" {
  description = "Range of the VPC."
  type        = string

  validation {
    condition     = can(cidrnetmask(var.vpc_cidr))
    error_message = "vpc_cidr is an IPv4 range such as 10.0.0.0/16."
  }
}
{%- if network.has_own %}

variable "zones" {
  description = "Subnet ranges by availability zone.{% if network.has_ipv6 %} private_ipv6 and public_ipv6 say which of the 256 parts of the VPC's IPv6 range a subnet takes.{% endif %}{% if network.is_mixed %} Empty in a VPC that exists already.{% endif %}"
  type = map(object({
    private_cidr = string
    public_cidr  = string
{%- if network.has_pod_cidr %}
    pod_cidr     = {% if network.pod_cidr_differs %}optional(string){% else %}string{% endif %}
{%- endif %}
{%- if network.has_ipv6 %}
    private_ipv6 = {% if network.ipv6_differs %}optional(number){% else %}number{% endif %}
    public_ipv6  = {% if network.ipv6_differs %}optional(number){% else %}number{% endif %}
{%- endif %}
  }))
{%- if network.is_mixed %}
  default = {}
{%- endif %}

  validation {
    condition     = {% if network.is_mixed %}var.vpc_id != null ? length(var.zones) == 0 : {% endif %}length(var.zones) >= 2
    error_message = "EKS wants subnets in two zones at least{% if network.is_mixed %}; zones are not for a VPC that exists already{% endif %}."
  }

  validation {
    condition     = alltrue(flatten([for zone in var.zones : [can(cidrnetmask(zone.private_cidr)), can(cidrnetmask(zone.public_cidr))]]))
    error_message = "private_cidr and public_cidr are IPv4 ranges such as 10.0.0.0/19."
  }
{%- if network.has_pod_cidr %}

  validation {
    condition     = alltrue([for zone in var.zones : {% if network.pod_cidr_differs %}(zone.pod_cidr == null) == (var.pod_cidr == null) && (zone.pod_cidr == null || can(cidrnetmask(zone.pod_cidr))){% else %}can(cidrnetmask(zone.pod_cidr)){% endif %}])
    error_message = "pod_cidr of a zone is a part of pod_cidr of the VPC, such as 100.64.0.0/19{% if network.pod_cidr_differs %}; all have one, or none{% endif %}."
  }
{%- endif %}
{%- if network.has_ipv6 %}

  validation {
    condition = alltrue(flatten([
      for zone in var.zones : [
        for part in [zone.private_ipv6, zone.public_ipv6] : {% if network.ipv6_differs %}(part == null) == (var.ip_family == "ipv4") && {% endif %}contains(range(256), {% if network.ipv6_differs %}coalesce(part, 0){% else %}part{% endif %})
      ]
    ]))
    error_message = "private_ipv6 and public_ipv6 are numbers from 0 to 255{% if network.ipv6_differs %}, and only for an IPv6 cluster{% endif %}."
  }
{%- endif %}
}

variable "nat_zones" {
  description = "Zones that hold a NAT gateway. The other zones' private subnets use the first one."
  type        = list(string)
{%- if network.is_mixed %}
  default     = []
{%- endif %}

  validation {
    condition     = {% if network.is_mixed %}var.vpc_id != null || {% endif %}length(var.nat_zones) > 0 && alltrue([for zone in var.nat_zones : contains(keys(var.zones), zone)])
    error_message = "nat_zones names one zone at least, each of them a key of zones."
  }
}
{%- endif %}
{%- if network.has_pod_cidr %}

variable "pod_cidr" {
  description = "Second range of the VPC, from which pods take their addresses.{% if network.pod_cidr_differs %} Null: they take them from the private subnets{% if network.has_existing_pods %}, or from pod_subnet_ids{% endif %}.{% endif %}"
  type        = string
{%- if network.pod_cidr_differs %}
  default     = null
{%- endif %}

  validation {
    condition     = {% if network.pod_cidr_differs %}var.pod_cidr == null || {% endif %}can(cidrnetmask(var.pod_cidr))
    error_message = "pod_cidr is an IPv4 range such as 100.64.0.0/16."
  }
{%- if network.is_mixed %}

  validation {
    condition     = var.pod_cidr == null || var.vpc_id == null
    error_message = "pod_cidr is not for a VPC that exists already{% if network.has_existing_pods %}: pod_subnet_ids are{% endif %}."
  }
{%- endif %}
}
{%- endif %}
{%- if network.has_existing %}

variable "vpc_id" {
  description = "The VPC, which exists already.{% if network.is_mixed %} Null: the module makes one, and its subnets by zones.{% endif %}"
  type        = string
{%- if network.is_mixed %}
  default     = null
{%- endif %}

  validation {
    condition     = {% if network.is_mixed %}var.vpc_id == null || {% endif %}can(regex("^vpc-([0-9a-f]{8}|[0-9a-f]{17})$", var.vpc_id))
    error_message = "vpc_id is the id of a VPC such as vpc-0a1b2c3d4e5f60718."
  }
}

variable "private_subnet_ids" {
  description = "Private subnets of the existing VPC by availability zone: nodes{% if not network.has_existing_pods %} and pods{% endif %}. They need a way to the internet, or to endpoints of every service that nodes call."
  type        = map(string)
{%- if network.is_mixed %}
  default     = {}
{%- endif %}

  validation {
    condition     = {% if network.is_mixed %}var.vpc_id == null ? length(var.private_subnet_ids) == 0 : length(var.private_subnet_ids) >= 2{% else %}length(var.private_subnet_ids) >= 2{% endif %}
    error_message = "EKS wants subnets in two zones at least{% if network.is_mixed %}; private_subnet_ids is for a VPC that exists already{% endif %}."
  }

  validation {
    condition     = alltrue([for id in values(var.private_subnet_ids) : can(regex("^subnet-([0-9a-f]{8}|[0-9a-f]{17})$", id))])
    error_message = "private_subnet_ids are ids of subnets such as subnet-0a1b2c3d4e5f60718."
  }
}

variable "public_subnet_ids" {
  description = "Public subnets of the existing VPC by availability zone: internet-facing load balancers. Without any there are none."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for zone, id in var.public_subnet_ids : contains(keys(var.private_subnet_ids), zone) && can(regex("^subnet-([0-9a-f]{8}|[0-9a-f]{17})$", id))])
    error_message = "public_subnet_ids are ids of subnets such as subnet-0a1b2c3d4e5f60718, in zones of private_subnet_ids."
  }
}
{%- endif %}
{%- if network.has_existing_pods %}

variable "pod_subnet_ids" {
  description = "Subnets of the existing VPC for pods, by availability zone. Empty: they share the private ones with nodes."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(var.pod_subnet_ids) == 0 || toset(keys(var.pod_subnet_ids)) == toset(keys(var.private_subnet_ids))
    error_message = "pod_subnet_ids has every zone of private_subnet_ids: on the nodes of another no pod would start."
  }

  validation {
    condition     = alltrue([for id in values(var.pod_subnet_ids) : can(regex("^subnet-([0-9a-f]{8}|[0-9a-f]{17})$", id))])
    error_message = "pod_subnet_ids are ids of subnets such as subnet-0a1b2c3d4e5f60718."
  }
}
{%- endif %}

variable "admins" {
  description = "ARNs of the roles that administer the cluster: the deploy role, and people's."
  type        = list(string)

  validation {
    condition     = length(var.admins) > 0 && alltrue([for arn in var.admins : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))])
    error_message = "admins are ARNs of IAM roles, one at least: without any nobody could enter the cluster."
  }
}

variable "viewers" {
  description = "ARNs of the roles that read everything in the cluster, secrets included: a plan reads the state of Helm releases."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.viewers : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))])
    error_message = "viewers are ARNs of IAM roles."
  }
{%- if has_readers %}

  validation {
    condition     = length(setintersection(var.viewers, var.admins)) == 0
    error_message = "A role of viewers must not be in admins."
  }
{%- endif %}
}
{%- if has_readers %}

variable "readers" {
  description = "ARNs of the roles that read what runs in the cluster, but no secrets. None of them is in admins or viewers: EKS keeps one entry for each role."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.readers : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", arn))])
    error_message = "readers are ARNs of IAM roles."
  }

  validation {
    condition     = length(setintersection(var.readers, concat(var.admins, var.viewers))) == 0
    error_message = "A role of readers must not be in admins or viewers."
  }
}
{%- endif %}

# What may differ: the defaults are the standard.

variable "kubernetes_version" {
  description = "Kubernetes minor version. EKS goes up one at a time."
  type        = string
  default     = {{ kubernetes_version | hcl }}

  validation {
    condition     = can(regex("^1\\.[0-9]+$", var.kubernetes_version))
    error_message = "kubernetes_version is a minor version such as 1.36."
  }
}

variable "endpoint_public_cidrs" {
  description = "Ranges that reach the Kubernetes API from outside the VPC. Empty: the endpoint is private only."
  type        = list(string)
  default     = {{ public_cidrs | hcl }}

  validation {
    condition     = alltrue([for cidr in var.endpoint_public_cidrs : can(cidrnetmask(cidr)) && !endswith(cidr, "/0")])
    error_message = "endpoint_public_cidrs are IPv4 ranges, and never the whole internet."
  }
}
{%- if has_private_cidrs %}

variable "endpoint_private_cidrs" {
  description = "Ranges that reach the private endpoint of the Kubernetes API: the VPC's own, of a VPN, of peered VPCs."
  type        = list(string)
  default     = {{ private_cidrs | hcl }}

  validation {
    condition     = alltrue([for cidr in var.endpoint_private_cidrs : can(cidrnetmask(cidr)) && !endswith(cidr, "/0")])
    error_message = "endpoint_private_cidrs are IPv4 ranges, and never all of them."
  }
}
{%- endif %}
{%- if network.ipv6_differs %}

variable "ip_family" {
  description = "Which addresses pods and Services have: ipv4 or ipv6. A change replaces the cluster."
  type        = string
  default     = {{ network.standard_ip_family | hcl }}

  validation {
    condition     = contains(["ipv4", "ipv6"], var.ip_family)
    error_message = "ip_family is ipv4 or ipv6."
  }
{%- if network.is_mixed %}

  validation {
    condition     = var.ip_family == "ipv4" || var.vpc_id == null
    error_message = "ip_family is ipv4 in a VPC that exists already."
  }
{%- endif %}
}
{%- endif %}
{%- if network.has_service_cidr %}

variable "service_cidr" {
  description = "Range of Kubernetes Service addresses. It cannot change later.{% if network.ipv6_differs %} EKS chooses that of an IPv6 cluster.{% endif %}"
  type        = string
  default     = {{ service_cidr | hcl }}

  validation {
    condition     = can(cidrnetmask(var.service_cidr))
    error_message = "service_cidr is an IPv4 range such as 172.20.0.0/16."
  }
}
{%- endif %}
{%- if origin.role_may_exist or not origin.makes_role %}

variable "role_arn" {
  description = "Role that the cluster was made with, and that exists already. A change replaces the cluster.{% if origin.makes_role %} Null: the module makes one.{% endif %}"
  type        = string
{%- if origin.makes_role %}
  default     = null
{%- endif %}

  validation {
    condition     = {% if origin.makes_role %}var.role_arn == null || {% endif %}can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/", var.role_arn))
    error_message = "role_arn is the ARN of an IAM role."
  }
}
{%- endif %}
{%- if origin.secrets_key_may_exist or not origin.has_own_secrets %}

variable "secrets_key_arn" {
  description = "KMS key that encrypts the cluster's secrets already. EKS never changes it.{% if origin.has_own_secrets %} Null: the module's own.{% endif %}"
  type        = string
{%- if origin.has_own_secrets %}
  default     = null
{%- endif %}

  validation {
    condition     = {% if origin.has_own_secrets %}var.secrets_key_arn == null || {% endif %}can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/", var.secrets_key_arn))
    error_message = "secrets_key_arn is the ARN of a KMS key."
  }
}
{%- endif %}
{%- if network.has_security_groups %}

variable "security_group_ids" {
  description = "Security groups of the existing VPC that the control plane has besides its own."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.security_group_ids : can(regex("^sg-([0-9a-f]{8}|[0-9a-f]{17})$", id))])
    error_message = "security_group_ids are ids of security groups such as sg-0a1b2c3d4e5f60718."
  }
}
{%- endif %}
{%- if network.control_plane_differs %}

variable "control_plane_zones" {
  description = "Zones of the control plane: those that the cluster was made with, since EKS never changes them. Null: all that have private subnets."
  type        = list(string)
  default     = null

  validation {
    condition     = var.control_plane_zones == null ? true : length(distinct(var.control_plane_zones)) >= 2 && alltrue([for zone in var.control_plane_zones : contains({{ network.known_zones | hcl }}, zone)])
    error_message = "control_plane_zones names two zones at least, each of them with a private subnet."
  }
}
{%- endif %}
{%- if network.tags_differ %}

variable "tag_subnets" {
  description = "Whether the subnets of an existing VPC get the tags by which load balancers find them. If not, they must have them."
  type        = bool
  default     = {{ network.standard_tags | hcl }}
}
{%- endif %}
{%- if network.endpoints_differ %}

variable "vpc_endpoints" {
  description = "Services that the VPC reaches through endpoints, besides S3: the last part of the endpoint service's name."
  type        = set(string)
  default     = {{ network.standard_endpoints | hcl }}

  validation {
    condition     = alltrue([for name in var.vpc_endpoints : can(regex("^[a-z0-9.-]+$", name)) && name != "s3"])
    error_message = "vpc_endpoints are names such as ecr.api; s3 is always there."
  }
{%- if not network.has_gateway_endpoints %}

  validation {
    condition     = length({{ network.gateway_endpoints | hcl }}) == 0
    error_message = "This module makes no gateway endpoints but that of S3: no cluster of its blueprint has another."
  }
{%- endif %}
{%- if not network.has_interface_endpoints %}

  validation {
    condition     = length({{ network.interface_endpoints | hcl }}) == 0
    error_message = "This module makes no interface endpoints: no cluster of its blueprint has any."
  }
{%- endif %}
{%- if network.is_mixed %}

  validation {
    condition     = length(var.vpc_endpoints) == 0 || var.vpc_id == null
    error_message = "vpc_endpoints are not made in a VPC that exists already."
  }
{%- endif %}
}
{%- endif %}

variable "log_retention_days" {
  description = "Days that control-plane logs and flow logs are kept."
  type        = number
  default     = {{ log_retention_days | hcl }}

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days is one of the periods that CloudWatch offers: 30, 90, 180, 365, 400, …"
  }
}

variable "deletion_protection" {
  description = "Whether EKS refuses to delete the cluster."
  type        = bool
  default     = false
}
{%- for pool in pools %}

variable "{{ pool.variable | ident }}" {
  description = "Node pool {{ pool.name | text }}. What is not given is the standard. {% if autoscaled %}Add-on cluster-autoscaler scales it from min_size to max_size: desired_size is what it starts with, and no later change of it counts.{% elif may_be_autoscaled %}Where cluster-autoscaler is on, it scales it from min_size to max_size: desired_size is what it starts with, and no later change of it counts. Elsewhere nothing scales it by itself: desired_size is what runs.{% else %}Nothing scales it by itself: desired_size is what runs, max_size what it may be set to.{% endif %}"
  type = object({
{%- include "parts/node_pool_fields.tf" %}
  })
  default  = {}
  nullable = false

  validation {
    condition = (
      var.{{ pool.variable | ident }}.min_size <= var.{{ pool.variable | ident }}.desired_size &&
      var.{{ pool.variable | ident }}.desired_size <= var.{{ pool.variable | ident }}.max_size
    )
    error_message = "A node pool has min_size <= desired_size <= max_size."
  }

  validation {
    condition     = contains(["ON_DEMAND", "SPOT"], var.{{ pool.variable | ident }}.capacity_type)
    error_message = "capacity_type is ON_DEMAND or SPOT."
  }
{%- if pool.is_bottlerocket %}

  validation {
    condition     = startswith(var.{{ pool.variable | ident }}.ami_type, "BOTTLEROCKET_")
    error_message = "ami_type is one of Bottlerocket's: the volumes and the user data of this pool are made for it."
  }
{%- endif %}
{%- for rule in pool.rules %}

  validation {
    condition     = {{ rule.condition | hcl }}
    error_message = {{ rule.message | hcl }}
  }
{%- endfor %}
}
{%- endfor %}
{%- include "parts/switches.tf" %}
{%- include "parts/access_variables.tf" %}
{%- for addon in version_variables %}

variable "{{ addon.identifier | ident }}_version" {
  description = "{{ addon.version_is | text }}"
  type        = string
  default     = {{ addon.version | hcl }}
}
{%- endfor %}
{%- for addon in value_variables %}

variable "{{ addon.identifier | ident }}_values" {
  description = "Configuration of add-on {{ addon.name | text }}: top-level keys that replace the standard's."
  type        = any
  default     = {}
}
{%- endfor %}
