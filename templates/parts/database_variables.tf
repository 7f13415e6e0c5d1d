variable "name" {
  description = "Name of the database server. Another one replaces it."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 61
    error_message = "name must have at most 61 lower case letters, digits and single hyphens, with a letter first: an instance's may have two more."
  }
}

variable "database_name" {
  description = "Name of the database that is there from the beginning. Another one replaces the server."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.database_name))
    error_message = "database_name must have at most 63 lower case letters, digits and underscores, with a letter first."
  }
}

variable "port" {
  description = "Port that the server listens on: the application's own on its cluster, which modules/tenant lets its pods out to."
  type        = number
  default     = 5432
  nullable    = false

  validation {
    condition     = var.port >= 1150 && var.port <= 65535 && floor(var.port) == var.port
    error_message = "port must be a whole number from 1150 to 65535."
  }
}

variable "engine_version" {
  description = "Major version of PostgreSQL. Minor ones follow by themselves, in the maintenance window; a newer major one is applied at once."
  type        = string
  default     = {{ usual.engine_version | hcl }}
  nullable    = false

  validation {
    condition     = can(regex("^[1-9][0-9]$", var.engine_version))
    error_message = "engine_version must be a major version such as 17."
  }
}

variable "instance_class" {
  description = "Class of its instances."
  type        = string
  default     = {{ usual.instance_class | hcl }}
  nullable    = false

  validation {
    condition     = can(regex("^db[.][a-z0-9-]+[.][a-z0-9]+$", var.instance_class)) && var.instance_class != "db.serverless"
    error_message = "instance_class must be a class such as db.t4g.medium."
  }
}

variable "vpc_id" {
  description = "VPC of the cluster."
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets of the cluster, in two zones or more."
  type        = list(string)
}

variable "client_security_group_id" {
  description = "Security group that nodes and pods of the cluster have."
  type        = string
}

variable "network_type" {
  description = "IPV4, or DUAL where pods have addresses of IPv6."
  type        = string
  default     = "IPV4"
  nullable    = false

  validation {
    condition     = contains(["IPV4", "DUAL"], var.network_type)
    error_message = "network_type must be IPV4 or DUAL."
  }
}

variable "protection" {
  description = "Whether data outlive mistakes: AWS refuses to delete the server, backups are kept for a month, not a week, and a last snapshot stays."
  type        = bool
  default     = false
  nullable    = false
}
{%- if has_retired %}

variable "retired" {
  description = "Whether AWS deletes the server though it has protection: the backups and the last snapshot stay."
  type        = bool
  default     = false
  nullable    = false
}
{%- endif %}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the server; null: where there is protection. False before it is taken out, so that it can go."
  type        = bool
  default     = null
}

variable "standby" {
  description = "Whether another instance stands by in another zone."
  type        = bool
  default     = true
  nullable    = false
}

variable "role_name" {
  description = "Name of the role that RDS monitors it with."
  type        = string

  validation {
    condition     = can(regex("^[\\w+=,.@-]{1,64}$", var.role_name))
    error_message = "role_name must have at most 64 letters, digits and _ + = , . @ -."
  }
}

variable "partition" {
  description = "Partition of the AWS account, such as aws or aws-us-gov."
  type        = string
}

{% include "parts/role_variables.tf" %}
{% include "parts/key_variable.tf" %}
