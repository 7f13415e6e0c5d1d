output "contract" {
  description = "Name of the contract document."
  value       = aws_ssm_parameter.contract.name
}
{%- if has_releases_output %}

output "releases" {
  description = "Chart versions by release."
  value = {
{%- for release in release_versions %}
    {{ release.name | hcl }} = {{ release.version | hcl }}
{%- endfor %}
  }
}
{%- endif %}
