variable "cluster_name" {
  description = "Name of the EKS cluster."
  type        = string

  validation {
    condition     = can(regex("^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$", var.cluster_name))
    error_message = "cluster_name must be the name of an EKS cluster: at most 100 letters, digits, hyphens and underscores, with a letter or digit first."
  }
}

variable "partition" {
  description = "Partition of the AWS account, such as aws or aws-us-gov."
  type        = string
}

variable "state" {
  description = "Where Terraform keeps what it knows, which no application's pods get at: the bucket, and the alias of the key that encrypts it."
  type = object({
    bucket    = string
    key_alias = string
  })
}

variable "namespace" {
  description = "Name of the tenant's namespace. Renaming it destroys everything in it."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", var.namespace))
    error_message = "namespace must be an RFC 1123 label: at most 63 lower case letters, digits and hyphens, with a letter or digit at both ends."
  }

  # The tenant's group is "<namespace>:admin", and EKS refuses groups that begin with "system:".
  validation {
    condition     = !startswith(var.namespace, "kube-") && !contains(["default", "system"], var.namespace)
    error_message = "namespace must not be default, system or kube-*: Kubernetes keeps these to itself."
  }
}

variable "application" {
  description = "Application that lives in the namespace: its cost label Application."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$", var.application))
    error_message = "application must be a Kubernetes label value: at most 63 letters, digits and - _ . with a letter or digit at both ends."
  }
}

variable "team" {
  description = "Team that pays for the namespace: its cost label Team."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$", var.team))
    error_message = "team must be a Kubernetes label value: at most 63 letters, digits and - _ . with a letter or digit at both ends."
  }
}

variable "environment" {
  description = "Environment of the cluster: the cost label Environment."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$", var.environment))
    error_message = "environment must be a Kubernetes label value: at most 63 letters, digits and - _ . with a letter or digit at both ends."
  }
}

variable "pod_security_level" {
  description = "Pod Security Standard that the namespace enforces, warns about and audits."
  type        = string
  default     = "restricted"
  nullable    = false

  validation {
    condition     = contains(["baseline", "restricted"], var.pod_security_level)
    error_message = "pod_security_level must be baseline or restricted: privileged pods can take over a shared node."
  }
}

variable "pod_security_version" {
  description = "Kubernetes version whose Pod Security Standard applies: the cluster's, which knows no newer rules."
  type        = string
  default     = {{ pod_security_version | hcl }}
  nullable    = false

  validation {
    condition     = can(regex("^v1\\.[0-9]+$", var.pod_security_version))
    error_message = "pod_security_version must be a minor version such as v1.36."
  }
}

variable "quota" {
  description = "Ceilings for everything in the namespace together. What is left out keeps its default."
  type = object({
    cpu                      = optional(string, "8")     # cores, sum of requests
    memory                   = optional(string, "32Gi")  # sum of requests, and likewise of limits
    pods                     = optional(number, 100)     # pods that have not ended
    persistent_volume_claims = optional(number, 10)      # volumes
    storage                  = optional(string, "200Gi") # sum of what the volumes ask for
    load_balancers           = optional(number, 2)       # Services of type LoadBalancer
    node_ports               = optional(number)          # two for each load balancer when left out
    ingresses                = optional(number, 10)      # each may be a load balancer of its own
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^[0-9]+([.][0-9]+)?m?$", var.quota.cpu))
    error_message = "quota.cpu must be a number of cores such as 16 or 500m."
  }

  validation {
    condition = alltrue([
      for quantity in [var.quota.memory, var.quota.storage] :
      can(regex("^[0-9]+([.][0-9]+)?([kMGTP]|[KMGTP]i)?$", quantity))
    ])
    error_message = "quota.memory and quota.storage must be quantities such as 512Mi, 64Gi or 1Ti."
  }

  validation {
    condition = alltrue([
      for number in [
        var.quota.pods,
        var.quota.persistent_volume_claims,
        var.quota.load_balancers,
        var.quota.ingresses,
        coalesce(var.quota.node_ports, 0),
      ] : number >= 0 && floor(number) == number
    ])
    error_message = "pods, persistent_volume_claims, load_balancers, node_ports and ingresses of quota must be whole numbers, 0 or more."
  }

  validation {
    condition     = coalesce(var.quota.node_ports, var.quota.load_balancers) >= var.quota.load_balancers
    error_message = "quota.node_ports must be at least quota.load_balancers: a Service of type LoadBalancer takes one node port or more."
  }
}

variable "container_defaults" {
  description = "What a container gets that asks for nothing: its request of cpu, and its request and limit of memory."
  type = object({
    cpu    = optional(string, "100m")
    memory = optional(string, "256Mi")
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^[1-9][0-9]*m?$", var.container_defaults.cpu))
    error_message = "container_defaults.cpu must be a quantity such as 100m or 1."
  }

  validation {
    condition     = can(regex("^[1-9][0-9]*(Mi|Gi)$", var.container_defaults.memory))
    error_message = "container_defaults.memory must be a quantity such as 256Mi or 1Gi."
  }
}

variable "service_accounts" {
{%- if has_irsa %}
  description = "Service accounts that the pods run as, by name: whether their pods get a token of the Kubernetes API, and the role that they have by IRSA."
  type = map(object({
    token    = optional(bool, false)
    role_arn = optional(string)
  }))
{%- else %}
  description = "Service accounts that the pods run as, by name, and whether their pods get a token of the Kubernetes API."
  type        = map(object({ token = optional(bool, false) }))
{%- endif %}
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.service_accounts) : can(regex("^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$", name)) && name != "default"])
    error_message = "service_accounts must be named as Kubernetes names objects, and not default, which is there already."
  }
}
{%- if has_network %}

variable "network" {
  description = "{% if network_differs %}Addresses that network policies are written with, as modules/attachment gives them out; null where vpc-cni enforces none.{% else %}Addresses that network policies are written with, as modules/attachment gives them out.{% endif %}"
  type = object({
    vpc_cidrs      = list(string) # all ranges of the VPC
    public_cidrs   = map(string)  # zone => range of its public subnet
{%- if has_databases %}
    private_cidrs  = map(string)  # zone => range of its private subnet, where databases stand
{%- endif %}
{%- if has_interface_endpoints %}
    endpoint_cidrs = map(string)  # zone => range of its private subnet, where interface endpoints stand there
{%- endif %}
    api_cidr       = string       # the Kubernetes API's own address
  })
{%- if network_differs %}
  default = null
{%- endif %}
}

variable "ports" {
  description = "Ports of the pods that load balancers reach; without any, every TCP port."
  type        = list(number)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for port in var.ports : port >= 1 && port <= 65535 && floor(port) == port])
    error_message = "ports must be whole numbers from 1 to 65535."
  }
}
{%- endif %}
{%- if has_databases %}

variable "database_port" {
  description = "Port of the application's databases, which stand in the private subnets, and of no other application's; null without any."
  type        = number
  default     = null

  validation {
    condition     = var.database_port == null || (coalesce(var.database_port, 0) >= 1150 && coalesce(var.database_port, 0) <= 65535 && floor(coalesce(var.database_port, 0.5)) == coalesce(var.database_port, 0))
    error_message = "database_port must be a whole number from 1150 to 65535, which is what RDS takes."
  }
}
{%- endif %}
