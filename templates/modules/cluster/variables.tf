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

variable "zones" {
  description = "Subnet ranges by availability zone."
  type = map(object({
    private_cidr = string
    public_cidr  = string
  }))

  validation {
    condition     = length(var.zones) >= 2
    error_message = "EKS wants subnets in two zones at least."
  }

  validation {
    condition     = alltrue(flatten([for zone in var.zones : [can(cidrnetmask(zone.private_cidr)), can(cidrnetmask(zone.public_cidr))]]))
    error_message = "private_cidr and public_cidr are IPv4 ranges such as 10.0.0.0/19."
  }
}

variable "nat_zones" {
  description = "Zones that hold a NAT gateway. The other zones' private subnets use the first one."
  type        = list(string)

  validation {
    condition     = length(var.nat_zones) > 0 && alltrue([for zone in var.nat_zones : contains(keys(var.zones), zone)])
    error_message = "nat_zones names one zone at least, each of them a key of zones."
  }
}

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

variable "service_cidr" {
  description = "Range of Kubernetes Service addresses. It cannot change later."
  type        = string
  default     = {{ service_cidr | hcl }}

  validation {
    condition     = can(cidrnetmask(var.service_cidr))
    error_message = "service_cidr is an IPv4 range such as 172.20.0.0/16."
  }
}

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
  description = "Node pool {{ pool.name | text }}. What is not given is the standard. Nothing scales it by itself: desired_size is what runs, max_size what it may be set to."
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
{%- for rule in pool.rules %}

  validation {
    condition     = {{ rule.condition | hcl }}
    error_message = {{ rule.message | hcl }}
  }
{%- endfor %}
}
{%- endfor %}
{%- if core_may_be_on_fargate %}

variable "core_on_fargate" {
  description = "Whether core is on Fargate: CoreDNS and Karpenter run there, and Karpenter makes on-demand nodes for the other system services."
  type        = bool
  default     = {{ core_on_fargate | hcl }}
}
{%- endif %}
{%- for switch in switches %}

variable "{{ switch.name | ident }}_enabled" {
  description = "Whether the cluster has {{ switch.what | text }}."
  type        = bool
  default     = true
}
{%- endfor %}
{%- for addon in value_variables %}

variable "{{ addon.identifier | ident }}_values" {
  description = "Configuration of add-on {{ addon.name | text }}: top-level keys that replace the standard's."
  type        = any
  default     = {}
}
{%- endfor %}
