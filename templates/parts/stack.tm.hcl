stack {
  name        = {{ name | hcl }}
  description = {{ description | hcl }}
  tags        = {{ tags | hcl }}
{%- if has_after %}
  after       = {{ after | hcl }}
{%- endif %}
}
