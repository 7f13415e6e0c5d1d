output "contract" {
  description = "Name of the contract document."
  value       = aws_ssm_parameter.contract.name
}
{%- if has_releases_output %}

output "releases" {
  description = "Chart versions by release."
  value       = {{ release_versions | hcl }}
}
{%- endif %}
