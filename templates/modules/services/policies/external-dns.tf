{% include "modules/services/addon.tf" %}
resource "aws_iam_policy" "external_dns_records" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  name        = "${var.cluster_name}-external-dns-records"
  description = "Write the records of its hosted zones."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Records"
        Effect = "Allow"
        Action = [
          "route53:ChangeResourceRecordSets",
          "route53:ListResourceRecordSets",
          "route53:ListTagsForResources",
        ]
        Resource = local.external_dns_access
      },
      {
        # Names and ids of all zones: it looks its own up among them.
        Sid      = "FindZones"
        Effect   = "Allow"
        Action   = "route53:ListHostedZones"
        Resource = "*"
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "external_dns_records" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  role       = aws_iam_role.external_dns{{ addon.index | hcl }}.name
  policy_arn = aws_iam_policy.external_dns_records{{ addon.index | hcl }}.arn
}
