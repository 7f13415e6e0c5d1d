terraform {
  required_providers {
{%- for provider in providers %}
    {{ provider.name | ident }} = {
      source  = {{ provider.source | hcl }}
      version = {{ provider.version | hcl }}
    }
{%- endfor %}
  }

  # Naming the key matters: without it the S3 backend asks for AES256, whatever the bucket's default is.
  backend "s3" {
    bucket              = {{ backend.bucket | hcl }}
    key                 = {{ backend.key | hcl }}
    region              = {{ backend.region | hcl }}
    encrypt             = true
    kms_key_id          = {{ backend.kms_key_id | hcl }}
    use_lockfile        = true
    allowed_account_ids = [{{ backend.account | hcl }}]

    assume_role = {
      role_arn = {{ backend.role | hcl }}
    }
  }
}
