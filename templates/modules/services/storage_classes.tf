# The default for volumes that name no class. A volume is made in the zone of the pod that first asks for it.
resource "kubernetes_storage_class_v1" "gp3" {
{%- if not everywhere %}
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
