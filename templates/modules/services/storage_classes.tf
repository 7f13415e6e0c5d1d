{%- if has_volumes -%}
# The default for volumes that name no class. A volume is made in the zone of the pod that first asks for it.
resource "kubernetes_storage_class_v1" "gp3" {
{%- if not volumes_everywhere %}
  count = var.aws_ebs_csi_driver_enabled ? 1 : 0
{% endif %}
  metadata {
    name        = "gp3"
    annotations = { "storageclass.kubernetes.io/is-default-class" = "true" }
  }

  storage_provisioner    = "ebs.csi.aws.com"
  reclaim_policy         = "Delete"
  volume_binding_mode    = "WaitForFirstConsumer"
  allow_volume_expansion = true

  parameters = {
    type      = "gp3"
    encrypted = "true"
  }
}
{% endif %}
{%- if has_files %}
# Volumes that many pods write at once, whatever their node. Each is a folder of the cluster's file system with a user of its own,
# which nothing measures or limits. With its claim goes the access point; the folder stays.
resource "kubernetes_storage_class_v1" "efs" {
{%- if not files_everywhere %}
  count = var.aws_efs_csi_driver_enabled ? 1 : 0
{% endif %}
  metadata {
    name = "efs"
  }

  storage_provisioner = "efs.csi.aws.com"
  reclaim_policy      = "Delete"
  volume_binding_mode = "Immediate"

  parameters = {
    provisioningMode = "efs-ap"
    fileSystemId     = local.contract.efs_file_system_id
    directoryPerms   = "700"
  }
}
{%- endif %}
