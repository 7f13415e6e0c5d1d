variable "name" {
  description = "Name of the role."
  type        = string

  validation {
    condition     = can(regex("^[\\w+=,.@-]{1,64}$", var.name))
    error_message = "name must have at most 64 letters, digits and _ + = , . @ -."
  }
}

variable "cluster_name" {
  description = "Name of the EKS cluster."
  type        = string
}

variable "namespace" {
  description = "Namespace of the pods."
  type        = string
}

variable "service_account" {
  description = "Service account that the pods run as."
  type        = string
}

{% include "parts/role_variables.tf" %}
variable "access" {
  description = "What the pods may do: name of what they use => statements, as the modules of what an application has give them out."
  type = map(list(object({
    Sid      = string
    Effect   = string
    Action   = list(string)
    Resource = list(string)
  })))
  default  = {}
  nullable = false
}
{%- if pod_role.has_irsa and pod_role.has_pod_identity %}

variable "identity" {
  description = "How the pods get the role: pod-identity, or irsa, which pods on Fargate need."
  type        = string
  default     = "pod-identity"
  nullable    = false

  validation {
    condition     = contains(["pod-identity", "irsa"], var.identity)
    error_message = "identity must be pod-identity or irsa."
  }
}
{%- endif %}
{%- if pod_role.has_irsa %}

variable "oidc_provider_arn" {
  description = "ARN of the cluster's IAM OIDC provider, for pods that get the role by IRSA."
  type        = string
{%- if pod_role.has_pod_identity %}
  default     = null
{%- endif %}
}
{%- endif %}
