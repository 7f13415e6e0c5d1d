# Identity: no defaults, always passed.

variable "cluster_name" {
  description = "Name of the EKS cluster. Its cluster stack must be applied."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,{{ name_length | hcl }}}$", var.cluster_name))
    error_message = "cluster_name takes lower-case letters, digits and hyphens, a letter first, {{ name_length_words | hcl }} characters at most."
  }
}
{%- if needs_account_id %}

variable "account_id" {
  description = "AWS account of the cluster."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id has twelve digits."
  }
}
{%- endif %}
{%- if needs_region %}

variable "region" {
  description = "AWS region of the cluster."
  type        = string
}
{%- endif %}
{%- if needs_partition %}

variable "partition" {
  description = "Partition of the region, for ARNs: aws, aws-us-gov."
  type        = string
}
{%- endif %}
{%- if needs_tags %}

variable "tags" {
  description = "Tags of what controllers make: nodes, volumes, load balancers."
  type        = map(string)
}
{%- endif %}
{%- if has_differences %}

# What may differ: the defaults are the standard.
{%- endif %}
{%- for pool in pools %}

variable "{{ pool.variable | ident }}" {
  description = "Node pool {{ pool.name | text }}. What is not given is the standard."
  type = object({
{%- include "parts/node_pool_fields.tf" %}
  })
  default  = {}
  nullable = false

  validation {
{%- if pool.sets.capacity_reservations %}
    condition     = length(var.{{ pool.variable | ident }}.capacity) > 0 && alltrue([for type in var.{{ pool.variable | ident }}.capacity : contains(["reserved", "spot", "on-demand"], type)])
    error_message = "capacity is one or more of reserved, spot and on-demand."
{%- else %}
    condition     = length(var.{{ pool.variable | ident }}.capacity) > 0 && alltrue([for type in var.{{ pool.variable | ident }}.capacity : contains(["spot", "on-demand"], type)])
    error_message = "capacity is spot, on-demand, or both."
{%- endif %}
  }

  validation {
    condition     = contains(["amd64", "arm64"], var.{{ pool.variable | ident }}.architecture)
    error_message = "architecture is amd64 or arm64."
  }

  validation {
    condition = alltrue([
      for duration in [var.{{ pool.variable | ident }}.expire_after, var.{{ pool.variable | ident }}.termination_grace_period] :
      can(regex("^(([0-9]+(s|m|h))+|Never)$", duration))
    ])
    error_message = "expire_after and termination_grace_period are durations such as 168h."
  }

  validation {
    condition     = var.{{ pool.variable | ident }}.weight >= 1 && var.{{ pool.variable | ident }}.weight <= 100
    error_message = "weight is 1 to 100."
  }
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
  description = "Chart values of add-on {{ addon.name | text }}, laid over the standard's."
  type        = any
  default     = {}
}
{%- endfor %}
{%- if has_node_types %}

variable "node_types" {
  description = "Values of the label node-type that the cluster's nodes carry; the contract publishes them."
  type        = list(string)
  default     = {{ node_types | hcl }}
}
{%- endif %}
{%- if has_network_policy %}

variable "network_policy" {
  description = "Whether vpc-cni enforces network policies; the contract publishes it."
  type        = bool
  default     = {{ network_policy | hcl }}
}
{%- endif %}
{%- if has_subnets_by_id %}

variable "subnets_by_id" {
  description = "Whether Karpenter takes the contract's private subnets by their ids, as in a VPC that existed before, and not by their discovery tag."
  type        = bool
  default     = {{ subnets_by_id | hcl }}
}
{%- endif %}
