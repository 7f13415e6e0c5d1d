{%- for output in outputs %}

output {{ output.name | hcl }} {
  description = {{ output.description | hcl }}
  value       = module.{{ module | ident }}.{{ output.name | ident }}
}
{%- endfor %}
