{%- for field in pool.fields %}
{%- if field.comment %}
{% for line in field.comment %}
    # {{ line | comment }}
{%- endfor %}
{%- endif %}
    {{ field.name | ident }} = optional({{ field.of | hcl }}{% if field.has_default %}, {{ field.default | hcl }}{% endif %})
{%- if field.comment %}
{% endif %}
{%- endfor -%}
