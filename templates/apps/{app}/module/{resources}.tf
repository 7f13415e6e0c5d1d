{%- for call in calls %}
{%- if not loop.first %}
{% endif %}
module "{{ call.label | ident }}" {
  source = "../../../modules/{{ call.module | ident }}"
{% for argument in call.arguments %}
  {{ argument.name | ident }} = {{ argument.value | hcl }}
{%- endfor %}
}
{%- endfor %}
