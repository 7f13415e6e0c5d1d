terraform {
  required_providers {
{%- for provider in providers %}
    {{ provider.name | ident }} = {
      source  = {{ provider.source | hcl }}
      version = {{ provider.version | hcl }}
    }
{%- endfor %}
  }
{%- if has_cloud %}

  # It keeps the state, and its lock and history.
  cloud {
{%- if not cloud.is_usual_host %}
    hostname     = {{ cloud.host | hcl }}
{%- endif %}
    organization = {{ cloud.organization | hcl }}

    workspaces {
      name    = {{ cloud.workspace | hcl }}
      project = {{ cloud.project | hcl }}
    }
  }
{%- endif %}
{%- if has_backend %}

{% if backend.has_kms_key -%}
  # Naming the key matters: without it the S3 backend asks for AES256, whatever the bucket's default is.
{%- else -%}
  # No "encrypt": the bucket's default holds. With it and without a key, the S3 backend asks for AES256, whatever that is.
{%- endif %}
  backend "s3" {
    bucket = {{ backend.bucket | hcl }}
    key    = {{ backend.key | hcl }}
    region = {{ backend.region | hcl }}
{%- if backend.has_kms_key %}
    encrypt    = true
    kms_key_id = {{ backend.kms_key_id | hcl }}
{%- endif %}
    use_lockfile = true
{%- if backend.has_account %}
    allowed_account_ids = [{{ backend.account | hcl }}]
{%- endif %}
{%- if backend.has_role %}

    assume_role = {
      role_arn = {{ backend.role | hcl }}
    }
{%- endif %}
  }
{%- endif %}
}
