{% include "modules/services/addon.tf" %}
# A challenge is answered by a TXT record `_acme-challenge`; it may write no other.
resource "aws_iam_policy" "cert_manager_dns_challenges" {
{%- if not addon.access_everywhere %}
  count = {{ addon.access_count | hcl }}
{% endif %}
  name        = "${var.cluster_name}-cert-manager-dns-challenges"
  description = "Answer DNS challenges in its hosted zones."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "Challenges"
        Effect   = "Allow"
        Action   = "route53:ChangeResourceRecordSets"
        Resource = local.cert_manager_access
        Condition = {
          "ForAllValues:StringEquals" = { "route53:ChangeResourceRecordSetsRecordTypes" = ["TXT"] }
          "ForAllValues:StringLike"   = { "route53:ChangeResourceRecordSetsNormalizedRecordNames" = ["_acme-challenge.*"] }
        }
      },
      {
        Sid      = "ReadRecords"
        Effect   = "Allow"
        Action   = "route53:ListResourceRecordSets"
        Resource = local.cert_manager_access
      },
      {
        # Until a record can be seen everywhere. Changes have ids of their own.
        Sid      = "FollowChanges"
        Effect   = "Allow"
        Action   = "route53:GetChange"
        Resource = "arn:${var.partition}:route53:::change/*"
      },
      {
        Sid      = "FindZones"
        Effect   = "Allow"
        Action   = "route53:ListHostedZonesByName"
        Resource = "*"
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "cert_manager_dns_challenges" {
{%- if not addon.access_everywhere %}
  count = {{ addon.access_count | hcl }}
{% endif %}
  role       = aws_iam_role.cert_manager{{ addon.index | hcl }}.name
  policy_arn = aws_iam_policy.cert_manager_dns_challenges{{ addon.access_index | hcl }}.arn
}
