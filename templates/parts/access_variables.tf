{%- for addon in access_variables %}

variable "{{ addon.identifier | ident }}_access" {
  description = "ARNs of {{ addon.about | text }}.{% if addon.has_default %} Empty: those that are named after the cluster.{% endif %}"
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.{{ addon.identifier | ident }}_access : can(regex("^arn:[a-z-]+:({{ addon.arns | text }}).", arn))])
    error_message = "{{ addon.identifier | ident }}_access has ARNs such as {{ addon.example | text }}"
  }
{%- if addon.is_required %}

  validation {
    condition     = {{ addon.at_least_one | hcl }}
    error_message = "{{ addon.identifier | ident }}_access has one entry at least: the role would be good for nothing."
  }
{%- endif %}
}
{%- endfor -%}
