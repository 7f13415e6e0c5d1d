# Snapshots of EBS volumes, for those that name no class. Each is encrypted as its volume is, and goes with its object.
resource "helm_release" "snapshot_classes" {
{%- if not everywhere %}
  count = {{ count | hcl }}
{% endif %}
  name      = "snapshot-classes"
  namespace = "kube-system"
  chart     = "${path.module}/charts/objects"
  wait      = true
  atomic    = true
  timeout   = 300

  values = [yamlencode({
    objects = [
      {
        apiVersion = "snapshot.storage.k8s.io/v1"
        kind       = "VolumeSnapshotClass"
        metadata = {
          name        = "ebs"
          annotations = { "snapshot.storage.kubernetes.io/is-default-class" = "true" }
        }
        driver         = "ebs.csi.aws.com"
        deletionPolicy = "Delete"
      },
    ]
  })]
}
