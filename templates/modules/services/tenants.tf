# Pods of applications, as the API server takes them in: each gets the cost labels of its namespace, since bills are split by
# labels of pods, and goes to worker nodes unless it says which ones it wants. What a pod has already stays.
resource "helm_release" "tenant_pods" {
{%- if not tenant_pods_everywhere %}
  count = var.tenant_pods_enabled ? 1 : 0
{% endif %}
  name      = "tenant-pods"
  namespace = "kube-system"
  chart     = "${path.module}/charts/objects"
  wait      = true
  atomic    = true
  timeout   = 300

  values = [yamlencode({
    objects = [
      {
        apiVersion = "admissionregistration.k8s.io/v1"
        kind       = "MutatingAdmissionPolicy"
        metadata   = { name = "tenant-pods" }
        spec = {
          failurePolicy      = "Ignore" # without it a pod only lacks what it would get
          reinvocationPolicy = "IfNeeded"

          # Namespaces of applications have the label, others have not.
          matchConstraints = {
            namespaceSelector = { matchExpressions = [{ key = "Application", operator = "Exists" }] }
            resourceRules = [{
              apiGroups   = [""]
              apiVersions = ["v1"]
              operations  = ["CREATE"]
              resources   = ["pods"]
            }]
          }

          variables = [
            {
              name       = "labels"
              expression = "has(object.metadata.labels) ? object.metadata.labels : {}"
            },
            {
              name       = "missing"
              expression = "['Application', 'Environment', 'Team'].filter(key, key in namespaceObject.metadata.labels && !(key in variables.labels))"
            },
          ]

          mutations = [
            {
              patchType = "JSONPatch"
              jsonPatch = {
                expression = join(" + ", [
                  "(has(object.metadata.labels) ? [] : [JSONPatch{op: 'add', path: '/metadata/labels', value: {}}])",
                  "variables.missing.map(key, JSONPatch{op: 'add', path: '/metadata/labels/' + key, value: namespaceObject.metadata.labels[key]})",
                ])
              }
            },

            # Pods of a DaemonSet have an affinity to their node.
            {
              patchType = "JSONPatch"
              jsonPatch = {
                expression = join(" : ", [
                  "(has(object.spec.nodeName) && object.spec.nodeName != '') || (has(object.spec.affinity) && has(object.spec.affinity.nodeAffinity)) ? []",
{%- if has_fargate_namespaces %}
                  "object.metadata.namespace in [{{ fargate_namespaces | text }}] ? []",
{%- endif %}
                  "!has(object.spec.nodeSelector) ? [JSONPatch{op: 'add', path: '/spec/nodeSelector', value: {'node-type': 'worker'}}]",
                  "'node-type' in object.spec.nodeSelector ? []",
                  "[JSONPatch{op: 'add', path: '/spec/nodeSelector/node-type', value: 'worker'}]",
                ])
              }
            },
          ]
        }
      },
      {
        apiVersion = "admissionregistration.k8s.io/v1"
        kind       = "MutatingAdmissionPolicyBinding"
        metadata   = { name = "tenant-pods" }
        spec       = { policyName = "tenant-pods" }
      },
    ]
  })]
}
