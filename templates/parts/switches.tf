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
  default     = {{ switch.default | hcl }}
}
{%- endfor -%}
