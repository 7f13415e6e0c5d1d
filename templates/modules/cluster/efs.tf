# The file system of storage class `efs`: volumes that many nodes share. Encrypted with the cluster's key, backed up every day by AWS
# Backup's own plan, which keeps copies for 35 days.
resource "aws_efs_file_system" "this" {
{%- if not efs.everywhere %}
  count = {{ efs.count | hcl }}
{% endif %}
  creation_token = var.name
  encrypted      = true
  kms_key_id     = aws_kms_key.this.arn

  # Paid by what is read and written, without a size to choose.
  throughput_mode = "elastic"

  tags = { Name = var.name }
}

resource "aws_efs_backup_policy" "this" {
{%- if not efs.everywhere %}
  count = {{ efs.count | hcl }}
{% endif %}
  file_system_id = aws_efs_file_system.this{{ efs.index | hcl }}.id

  backup_policy {
    status = "ENABLED"
  }
}

# Each volume is an access point with a folder and a user of its own. Through anything else, or unencrypted, nobody gets in.
resource "aws_efs_file_system_policy" "this" {
{%- if not efs.everywhere %}
  count = {{ efs.count | hcl }}
{% endif %}
  file_system_id = aws_efs_file_system.this{{ efs.index | hcl }}.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Volumes"
        Effect    = "Allow"
        Principal = { AWS = "*" }
        Action = [
          "elasticfilesystem:ClientMount",
          "elasticfilesystem:ClientWrite",
        ]
        Resource = aws_efs_file_system.this{{ efs.index | hcl }}.arn
        Condition = {
          Bool       = { "elasticfilesystem:AccessedViaMountTarget" = "true" }
          StringLike = { "elasticfilesystem:AccessPointArn" = "arn:${var.partition}:elasticfilesystem:${var.region}:${var.account_id}:access-point/*" }
        }
      },
      {
        Sid       = "OnlyTLS"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "*"
        Resource  = aws_efs_file_system.this{{ efs.index | hcl }}.arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
    ]
  })
}

resource "aws_security_group" "efs" {
{%- if not efs.everywhere %}
  count = {{ efs.count | hcl }}
{% endif %}
  name        = "${var.name}-efs"
  description = "Lets nodes mount the file system."
  vpc_id      = {{ network.vpc_id | hcl }}

  tags = { Name = "${var.name}-efs" }
}

# Every node has the cluster's security group. A node mounts for its pods.
resource "aws_vpc_security_group_ingress_rule" "efs" {
{%- if not efs.everywhere %}
  count = {{ efs.count | hcl }}
{% endif %}
  security_group_id            = aws_security_group.efs{{ efs.index | hcl }}.id
  description                  = "NFS from nodes."
  referenced_security_group_id = aws_eks_cluster.this.vpc_config[0].cluster_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 2049
  to_port                      = 2049
}

resource "aws_efs_mount_target" "this" {
  for_each = {{ efs.mount_targets | hcl }}

  file_system_id  = aws_efs_file_system.this{{ efs.index | hcl }}.id
  subnet_id       = each.value
  security_groups = [aws_security_group.efs{{ efs.index | hcl }}.id]
}
