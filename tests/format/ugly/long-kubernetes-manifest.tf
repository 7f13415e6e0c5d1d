resource "kubernetes_manifest" "app" {
manifest=yamldecode(<<-YAML
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${var.name}
data:
  %{for k,v in var.data~}
  ${k}: "${v}"
  %{endfor~}
YAML
)
}
