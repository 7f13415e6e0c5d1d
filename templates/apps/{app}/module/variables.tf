variable "cluster_name" {
  description = "Name of the shared EKS cluster that {{ app | ident }} runs on."
  type        = string
}

variable "namespace" {
  description = "Namespace that the platform gave to {{ app | ident }} on that cluster."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", var.namespace))
    error_message = "namespace must be an RFC 1123 label: at most 63 lower case letters, digits and hyphens, with a letter or digit at both ends."
  }
}

variable "minimum_kubernetes_version" {
  description = "Oldest Kubernetes version that {{ app | ident }} runs on, such as 1.34; null takes any."
  type        = string
  default     = null
}
{%- if takes_account %}

variable "account_id" {
  description = "AWS account of the cluster."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be twelve digits."
  }
}
{%- endif %}
{%- if takes_boundary %}

variable "permissions_boundary_arn" {
  description = "ARN of the permissions boundary of {{ app | ident }}'s roles, which its tenant makes."
  type        = string
}
{%- endif %}
{%- if has_hosts %}

variable "hosts" {
  description = "Names that people call: host => the name, and the public hosted zone that it is in, where it is not the cluster's only one."
  type = map(object({
    domain_name = string
    zone        = optional(string)
  }))
}
{%- endif %}
{%- if is_protected %}

variable "protection" {
  description = "Whether data outlive mistakes: AWS refuses to delete them, backups are kept longer, and a last snapshot stays."
  type        = bool
  default     = false
  nullable    = false
}
{%- if has_retired %}

variable "retired" {
  description = "Whether AWS deletes them for all that: backups and a last snapshot stay."
  type        = bool
  default     = false
  nullable    = false
}
{%- endif %}
{%- endif %}
