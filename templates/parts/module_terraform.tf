terraform {
  required_providers {
{%- for provider in providers %}
    {{ provider.name | ident }} = {
      source  = {{ provider.source | hcl }}
      version = {{ provider.version | hcl }}
    }
{%- endfor %}
  }
}
