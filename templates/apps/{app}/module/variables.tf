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
