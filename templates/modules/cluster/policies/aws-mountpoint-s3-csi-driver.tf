{% include "modules/cluster/addon.tf" %}
resource "aws_iam_policy" "aws_mountpoint_s3_csi_driver_buckets" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  name        = "${var.{{ addon.name_variable | ident }}}-aws-mountpoint-s3-csi-driver-buckets"
  description = "Read and write the buckets of volumes."

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Buckets"
        Effect    = "Allow"
        Action    = "s3:ListBucket"
        Resource  = local.aws_mountpoint_s3_csi_driver_access
        Condition = { StringEquals = { "aws:ResourceAccount" = var.account_id } }
      },
      {
        Sid    = "Objects"
        Effect = "Allow"
        Action = [
          "s3:AbortMultipartUpload",
          "s3:DeleteObject",
          "s3:GetObject",
          "s3:PutObject",
        ]
        Resource  = [for bucket in local.aws_mountpoint_s3_csi_driver_access : "${bucket}/*"]
        Condition = { StringEquals = { "aws:ResourceAccount" = var.account_id } }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "aws_mountpoint_s3_csi_driver_buckets" {
{%- if not addon.everywhere %}
  count = {{ addon.count | hcl }}
{% endif %}
  role       = aws_iam_role.aws_mountpoint_s3_csi_driver{{ addon.index | hcl }}.name
  policy_arn = aws_iam_policy.aws_mountpoint_s3_csi_driver_buckets{{ addon.index | hcl }}.arn
}
