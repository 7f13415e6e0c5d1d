{%- if opentofu %}
terraform {
  required_version = {{ required_version | hcl }}
}
{%- else %}
# OpenTofu ignores required_version in .tf files and reads versions.tofu in place of this one.
terraform {
  required_version = {{ required_version | hcl }}
}
{%- endif %}
