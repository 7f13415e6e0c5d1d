{%- for step in moved %}
{% if loop.first %}
# It has another name now. What was made under the old one stays, and keeps that name in AWS and Kubernetes.
{%- endif %}
moved {
  from = {{ step.from | hcl }}
  to   = {{ step.to | hcl }}
}
{%- endfor -%}
