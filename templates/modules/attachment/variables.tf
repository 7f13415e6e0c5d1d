variable "cluster_name" {
  description = "Name of the EKS cluster, in the account and region of the AWS provider."
  type        = string

  validation {
    condition     = can(regex("^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$", var.cluster_name))
    error_message = "cluster_name must be the name of an EKS cluster: at most 100 letters, digits, hyphens and underscores, with a letter or digit first."
  }
}

variable "minimum_kubernetes_version" {
  description = "Oldest Kubernetes version that the application runs on, such as 1.34; null takes any."
  type        = string
  default     = null

  validation {
    condition     = var.minimum_kubernetes_version == null || can(regex("^1\\.[0-9]+$", var.minimum_kubernetes_version))
    error_message = "minimum_kubernetes_version must be a minor version such as 1.34."
  }
}

variable "tenant" {
  description = "The application's place on the cluster; null for a stack that is no application's."
  type = object({
    namespace        = string
    application      = string
    team             = string
    service_accounts = optional(list(string), [])
  })
  default = null

  validation {
    condition     = var.tenant == null || can(regex("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", var.tenant.namespace))
    error_message = "tenant.namespace must be an RFC 1123 label: at most 63 lower case letters, digits and hyphens, with a letter or digit at both ends."
  }
}

variable "mode" {
  description = "Where facts come from: contract, which the platform publishes, or data-only, for a cluster that publishes none: what AWS says of it, and no more."
  type        = string
  default     = "contract"
  nullable    = false

  validation {
    condition     = contains(["contract", "data-only"], var.mode)
    error_message = "mode must be contract or data-only."
  }
}
