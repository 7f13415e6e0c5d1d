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
