variable "domain_name" {
  description = "Name that people call, such as api.example.com."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?[.])+[a-z]{2,63}$", var.domain_name)) && length(var.domain_name) <= 64
    error_message = "domain_name must be a name of DNS in lower case, of at most 64 characters, which is what a certificate takes."
  }
}

variable "zone" {
  description = "Public hosted zone of Route 53 that the name is in, by its name; null for the only one of zone_ids."
  type        = string
  default     = null

  validation {
    condition     = var.zone == null || endswith(".${var.domain_name}", ".${coalesce(var.zone, var.domain_name)}")
    error_message = "zone must be the end of domain_name."
  }
}

variable "zone_ids" {
  description = "Zones in which the cluster writes names, by their ids: dns_zone_ids of modules/attachment."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "tags" {
  description = "Tags of the load balancer, which its costs are counted by: cost_labels of modules/attachment."
  type        = map(string)
  default     = {}
  nullable    = false
}
